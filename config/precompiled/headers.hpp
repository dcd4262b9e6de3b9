// Parsed once for each build instead of once for each file: `-include` puts it before every C++ file where
// -Dpch is true. A file includes all that it names itself, as if this were not here (tests/tidy/includes.py
// sees to it), so that
// `-Dpch=false` and a program with our headers compile the same.
// (No #pragma once: a compiler warns of it in a file that it is given to precompile.)
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#ifdef LAGOON_PRECOMPILE_CATCH
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
#endif
