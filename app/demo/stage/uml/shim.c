/*
 * Preloaded into User-Mode Linux, this cures two faults that Debian 12's 6.1 kernel has on newer hosts.
 *
 * 1. The guest hands ptrace() an XSAVE image of the size that was the largest when it was written. A host
 * whose CPU has more state (AMX) takes an image of its own size only, and the guest dies of EFAULT at boot.
 * The image is widened here; components it has no room for are marked as in their initial state.
 * 2. A timer interrupt that comes while the guest handles another is forgotten, and as the guest arms its
 * timer for one shot at a time, time then stands still in it. Here every one-shot timer goes on each 10 ms
 * until it is set anew, so that a lost shot is followed by another.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

enum {
  XSAVE_LEGACY_AND_HEADER = 576, /* Intel SDM vol. 1, 13.4: 512 octets of x87 and SSE, then the header */
  XSTATE_BV = 512,               /* first in the header: which components the image holds */
  XSAVE_LEAF = 0xd,
  IMAGE_MAX = 64 * 1024,
  AGAIN_NS = 10 * 1000 * 1000,
};

typedef long ptrace_call(int request, pid_t pid, void* address, void* data);
typedef int settime_call(timer_t timer, int flags, const struct itimerspec* value, struct itimerspec* old);

static size_t host_image_size(ptrace_call* next, pid_t pid) {
  static unsigned char probe[IMAGE_MAX];
  static size_t size;

  if (size == 0) {
    struct iovec all = {probe, sizeof(probe)};

    if (next(PTRACE_GETREGSET, pid, (void*)(uintptr_t)NT_X86_XSTATE, &all) == 0) size = all.iov_len;
  }
  return size;
}

/* x87 and SSE are in the legacy area; CPUID says where each other component ends. */
static uint64_t components_that_fit(size_t size) {
  uint64_t fit = 3;

  for (unsigned int component = 2; component < 63; component++) {
    unsigned int length = 0, offset = 0, c = 0, d = 0;

    if (__get_cpuid_count(XSAVE_LEAF, component, &length, &offset, &c, &d) != 0 && length != 0 &&
        (size_t)offset + length <= size)
      fit |= UINT64_C(1) << component;
  }
  return fit;
}

static long set_widened(ptrace_call* next, pid_t pid, void* address, const struct iovec* given, size_t size) {
  static unsigned char image[IMAGE_MAX];
  static uint64_t fit;
  struct iovec wide = {image, size};
  uint64_t present;

  if (fit == 0) fit = components_that_fit(given->iov_len);
  memcpy(image, given->iov_base, given->iov_len);
  memset(image + given->iov_len, 0, size - given->iov_len);
  memcpy(&present, image + XSTATE_BV, sizeof(present));
  present &= fit;
  memcpy(image + XSTATE_BV, &present, sizeof(present));
  return next(PTRACE_SETREGSET, pid, address, &wide);
}

long ptrace(enum __ptrace_request request, ...) {
  static ptrace_call* next;
  va_list arguments;

  va_start(arguments, request);
  const pid_t pid = va_arg(arguments, pid_t);
  void* const address = va_arg(arguments, void*);
  void* const data = va_arg(arguments, void*);
  va_end(arguments);

  if (next == NULL) *(void**)&next = dlsym(RTLD_NEXT, "ptrace");
  if (request == PTRACE_SETREGSET && (uintptr_t)address == NT_X86_XSTATE) {
    const struct iovec* given = data;
    const size_t size = host_image_size(next, pid);

    if (given->iov_len >= XSAVE_LEGACY_AND_HEADER && given->iov_len < size)
      return set_widened(next, pid, address, given, size);
  }
  return next(request, pid, address, data);
}

int timer_settime(timer_t timer, int flags, const struct itimerspec* value, struct itimerspec* old) {
  static settime_call* next;
  struct itimerspec again = *value;
  const int armed = value->it_value.tv_sec != 0 || value->it_value.tv_nsec != 0;
  const int one_shot = value->it_interval.tv_sec == 0 && value->it_interval.tv_nsec == 0;

  if (next == NULL) *(void**)&next = dlsym(RTLD_NEXT, "timer_settime");
  if (armed && one_shot) again.it_interval.tv_nsec = AGAIN_NS;
  return next(timer, flags, &again, old);
}
