// The first program of the virtual machine: loads the modules that lie beside it, takes the host's root,
// read-only over 9p, for its own, and runs what the kernel's command line says after "--".
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(int result, const char* what) {
  if (result >= 0) return;
  printf("init: %s: %s\n", what, strerror(errno));
  fflush(stdout);
  reboot(RB_POWER_OFF);
}

// (their names begin with the place in the order)
static void load_modules(void) {
  struct dirent** names;
  const int count = scandir("/modules", &names, NULL, alphasort);
  must(count, "/modules");
  for (int i = 0; i < count; ++i) {
    char path[512];
    if (names[i]->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/modules/%s", names[i]->d_name);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    must(file, path);
    must((int)syscall(SYS_finit_module, file, "", 0), path);
    close(file);
  }
}

static void take_root(void) {
  mkdir("/host", 0755);
  must(mount("root", "/host", "9p", MS_RDONLY, "trans=virtio,version=9p2000.L,cache=loose,msize=512000"),
       "9p");
  must(mount("proc", "/host/proc", "proc", 0, NULL), "/proc");
  must(mount("sys", "/host/sys", "sysfs", 0, NULL), "/sys");
  must(mount("dev", "/host/dev", "devtmpfs", 0, NULL), "/dev");
  must(mount("tmp", "/host/tmp", "tmpfs", 0, NULL), "/tmp");
  must(mount("run", "/host/run", "tmpfs", 0, NULL), "/run");
  mkdir("/host/dev/hugepages", 0755);
  must(mount("huge", "/host/dev/hugepages", "hugetlbfs", 0, NULL), "/dev/hugepages");
  mkdir("/host/dev/pts", 0755);
  must(mount("pts", "/host/dev/pts", "devpts", 0, "ptmxmode=0666"), "/dev/pts");
  must(chroot("/host"), "chroot");
  must(chdir("/tmp"), "/tmp");
}

int main(int argc, char** argv) {
  (void)argc;
  load_modules();
  take_root();
  const pid_t child = fork();
  must(child, "fork");
  if (child == 0) {
    setsid();
    execv(argv[1], argv + 1);
    printf("init: %s: %s\n", argv[1], strerror(errno));
    return 127;
  }
  int status = 0;
  while (wait(&status) != child) {
  }
  sync();
  reboot(RB_POWER_OFF);
}
