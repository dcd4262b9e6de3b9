// DPDK's heap, as ThreadSanitizer has to see it. Memory goes from the thread that frees it to the one that
// gets it next under a lock in Debian's librte_eal, which is not instrumented: here is one around it that is.
#include <dlfcn.h>
#include <rte_malloc.h>

#include <mutex>

namespace {

std::recursive_mutex heap;  // (some of EAL's functions call one another through here)

template <class Function>
Function* of_eal(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

void rte_free(void* memory) {
  static auto* const original = of_eal<void(void*)>("rte_free");
  const std::lock_guard lock{heap};
  original(memory);
}

void* rte_malloc(const char* type, std::size_t size, unsigned align) {
  static auto* const original = of_eal<void*(const char*, std::size_t, unsigned)>("rte_malloc");
  const std::lock_guard lock{heap};
  return original(type, size, align);
}

void* rte_zmalloc(const char* type, std::size_t size, unsigned align) {
  static auto* const original = of_eal<void*(const char*, std::size_t, unsigned)>("rte_zmalloc");
  const std::lock_guard lock{heap};
  return original(type, size, align);
}

void* rte_zmalloc_socket(const char* type, std::size_t size, unsigned align, int socket) {
  static auto* const original = of_eal<void*(const char*, std::size_t, unsigned, int)>("rte_zmalloc_socket");
  const std::lock_guard lock{heap};
  return original(type, size, align, socket);
}

}  // extern "C"
