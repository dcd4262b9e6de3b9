// Whether each step is watched by AddressSanitizer or ThreadSanitizer, which takes some ten times as long.
// The few tests that count on millions of steps then take fewer, and say so where they do.
#pragma once

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LAGOON_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LAGOON_SANITIZED 1
#endif
#endif

namespace lagoon::test {
#ifdef LAGOON_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
}  // namespace lagoon::test
