// Lagoon's C++ interface: lagoon.h with handles that end by themselves, results that carry the error's
// sentence, spans and std::function. C++17 and up; it needs no exceptions, no RTTI and no header of DPDK's.
//
// All of it is inline over lagoon.h, so a program links only what lagoon.h declares, and may run with another
// release of the library than it was compiled with. Structs are those of lagoon.h with struct_size set: what
// their fields mean stands there. docs/library.md shows a program.
//
// A LagRef says which LAG; copying one copies nothing else. A Lag is the LagRef that ends its LAG.
//
// Threads. A receive queue and a transmit queue each belong to one thread at a time. "Any" is any thread; a
// call that blocks asks the control thread, and waits for its answer for a second at most. In a callback it
// does not wait: it is the control thread that calls.
#ifndef LAGOON_HPP
#define LAGOON_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>
#if __cplusplus >= 202002L
#include <span>  // (for what ranges ask of a span)
#endif

#include "lagoon.h"

namespace lagoon {
// (so that parts of a program that were compiled with other releases of this header do not mix them up)
inline namespace v0 {

// Errors

/// enum lagoon_error, without LAGOON_OK.
enum class Errc : int {
  invalid_argument = LAGOON_ERR_INVALID_ARGUMENT,
  no_such_thing = LAGOON_ERR_NO_SUCH_THING,
  already_exists = LAGOON_ERR_ALREADY_EXISTS,
  not_supported = LAGOON_ERR_NOT_SUPPORTED,
  no_resources = LAGOON_ERR_NO_RESOURCES,
  busy = LAGOON_ERR_BUSY,
  permission = LAGOON_ERR_PERMISSION,
  system = LAGOON_ERR_SYSTEM,
  struct_size = LAGOON_ERR_STRUCT_SIZE,
};

/// The error in a few words, "no such thing".
/// Thread:   any.
/// Owns:     the text stays, and is nobody's to free.
inline const char* name_of(Errc code) noexcept {
  return lagoon_error_name(static_cast<int>(code));
}

struct Error {
  Errc code;
  std::string message;  // a sentence for a person where lagoon.h gives one, else name_of(code)
};

/// A value or an error, used as std::expected is: if (!result) .. result.error().message; *result.
/// Errors:   the value of an error and the error of a value are not there: look first.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : is_{std::in_place_index<0>, std::move(value)} {}
  Result(Error error) : is_{std::in_place_index<1>, std::move(error)} {}

  bool has_value() const noexcept { return is_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }
  T& operator*() & noexcept { return *std::get_if<0>(&is_); }
  const T& operator*() const& noexcept { return *std::get_if<0>(&is_); }
  T&& operator*() && noexcept { return std::move(*std::get_if<0>(&is_)); }
  T* operator->() noexcept { return std::get_if<0>(&is_); }
  const T* operator->() const noexcept { return std::get_if<0>(&is_); }
  const Error& error() const noexcept { return *std::get_if<1>(&is_); }
  T value_or(T other) && { return has_value() ? *std::move(*this) : std::move(other); }

 private:
  std::variant<T, Error> is_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_{std::move(error)} {}

  bool has_value() const noexcept { return !error_; }
  explicit operator bool() const noexcept { return has_value(); }
  const Error& error() const noexcept { return *error_; }

 private:
  std::optional<Error> error_;
};

// Values

/// A view of `size` objects that lie one behind the other, like std::span of C++20, to and from which it
/// converts. It is one type in every C++, so that parts of a program may be compiled as C++17 and as C++20.
/// Owns:     nothing.
template <typename T>
class span {
 public:
  constexpr span() noexcept = default;
  constexpr span(T* data, std::size_t size) noexcept : data_{data}, size_{size} {}
  template <std::size_t N>
  constexpr span(T (&array)[N]) noexcept : data_{array}, size_{N} {}
  /// Of std::array, std::vector, std::span and their like.
  template <typename Range, typename Data = decltype(std::declval<Range&>().data()),
            typename = decltype(std::declval<Range&>().size()),
            typename = std::enable_if_t<std::is_convertible_v<std::remove_pointer_t<Data> (*)[], T (*)[]>>>
  constexpr span(Range&& range) noexcept : data_{range.data()}, size_{range.size()} {}

  constexpr T* data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr T* begin() const noexcept { return data_; }
  constexpr T* end() const noexcept { return data_ + size_; }
  constexpr T& operator[](std::size_t index) const noexcept { return data_[index]; }
  /// Precondition: there are so many.
  constexpr span first(std::size_t count) const noexcept { return {data_, count}; }
  constexpr span subspan(std::size_t begin) const noexcept { return {data_ + begin, size_ - begin}; }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

/// A struct of lagoon.h, all zero but struct_size, which is set.
template <typename T>
struct Sized : T {
  Sized() noexcept : T{} { this->struct_size = sizeof(T); }
  /// From a library that may know less or more of it.
  explicit Sized(const T& theirs) noexcept : Sized{} {
    std::memcpy(static_cast<T*>(this), &theirs,
                theirs.struct_size < sizeof(T) ? theirs.struct_size : sizeof(T));
    this->struct_size = sizeof(T);
  }
};
using Link = Sized<lagoon_link>;
using Event = Sized<lagoon_event>;
using LagStatus = Sized<lagoon_lag_status>;
using MemberStatus = Sized<lagoon_member_status>;
using Drop = Sized<lagoon_drop>;
using Way = Sized<lagoon_way>;
using Field = Sized<lagoon_field>;
static_assert(sizeof(Event) == sizeof(lagoon_event), "Events in a row are lagoon_events in a row");

/// Which way a conversation takes: as a struct, and as JSON with all there is.
struct Explanation {
  Way way;
  std::string json;
};

/// What a field of a status is of.
enum class Subject : std::uint32_t {
  lag = LAGOON_OF_LAG,  // numbered 0
  member = LAGOON_OF_MEMBER,
  traffic_class = LAGOON_OF_CLASS,
  neighbor = LAGOON_OF_NEIGHBOR,
  wiring = LAGOON_OF_WIRING,
};

/// Who runs the control loop.
enum class Control : std::uint32_t {
  thread = LAGOON_CONTROL_THREAD,  // a thread of the library's, on CPUs that are no lcore's
  caller = LAGOON_CONTROL_CALLER,  // the program calls control_poll() or control_run()
};

/// What is done with the ports.
enum class Members : std::uint32_t {
  configure = LAGOON_MEMBERS_CONFIGURE,  // the library configures and starts them
  keep = LAGOON_MEMBERS_KEEP,            // the program has configured them
};

namespace detail {

// Room for a text: more than errors and replies need. A longer one is cut.
inline constexpr std::size_t text_size = 65536;

inline Error error_of(int code, std::string said = {}) {
  if (said.empty()) said = lagoon_error_name(code);
  return {static_cast<Errc>(code), std::move(said)};
}

// What `call` says into the lagoon_text that it is given. A call that only asks is repeated with more room.
template <typename Call>
Result<std::string> heard(const Call& call, bool only_asks) {
  std::string said(text_size, '\0');
  lagoon_text text{};
  int code;
  do {
    if (text.needed > said.size()) said.resize(text.needed);
    text.at = said.data();
    text.size = said.size();
    code = call(&text);
  } while (only_asks && code == LAGOON_OK && text.needed > text.size);
  const std::size_t written = text.needed < text.size ? text.needed : text.size;
  said.resize(written == 0 ? 0 : written - 1);
  if (code != LAGOON_OK) return error_of(code, std::move(said));
  return said;
}

}  // namespace detail

/// The release of the library, "0.1.0"; LAGOON_VERSION is that of the header. Thread and ownership as of
/// name_of().
inline const char* version() noexcept {
  return lagoon_version();
}

// Status

/// The state of a LAG at one moment. The LAG may end before it.
/// Thread:   any; one status by one thread at a time. Never blocks.
class Status {
 public:
  /// Owns:     `status` is taken.
  explicit Status(lagoon_status* status) noexcept : status_{status} {}

  LagStatus lag() const noexcept {
    LagStatus lag;
    lagoon_status_lag(status_.get(), &lag);
    return lag;
  }
  /// Members, in the order of the configuration.
  std::vector<MemberStatus> members() const { return all_of<MemberStatus>(lagoon_status_member); }
  /// Frames that were lost, by the reason's name.
  std::vector<Drop> drops() const { return all_of<Drop>(lagoon_status_drop); }
  /// All fields of the LAG, or of the member or class numbered `index`: those of the json view.
  std::vector<Field> fields(Subject subject, std::size_t index = 0) const {
    return all_of<Field>([&](const lagoon_status* status, std::size_t number, lagoon_field* field) {
      return lagoon_status_field(status, static_cast<std::uint32_t>(subject), index, number, field, nullptr);
    });
  }
  /// The field of that name, "lacp.counters.lacpdu_rx".
  /// Errors:   no_such_thing: no such field, member or class.
  Result<Field> field(Subject subject, std::size_t index, const std::string& name) const {
    Field field;
    const int code = lagoon_status_field_named(status_.get(), static_cast<std::uint32_t>(subject), index,
                                               name.c_str(), &field, nullptr);
    if (code != LAGOON_OK) return detail::error_of(code);
    return field;
  }
  /// The status as a text: "json" (all there is), "table" or another view of docs/views.md.
  /// Errors:   no_such_thing: no such view; no_resources.
  Result<std::string> text(const std::string& view) const {
    return detail::heard(
        [&](lagoon_text* text) { return lagoon_status_text(status_.get(), view.c_str(), text); }, true);
  }

 private:
  struct Free {
    void operator()(lagoon_status* status) const noexcept { lagoon_status_free(status); }
  };
  template <typename Each, typename Call>
  std::vector<Each> all_of(const Call& call) const {
    std::vector<Each> all;
    for (Each each; call(status_.get(), all.size(), &each) == LAGOON_OK;) all.push_back(each);
    return all;
  }
  std::unique_ptr<lagoon_status, Free> status_;
};

// A LAG

/// Which LAG. Copies refer to the same one, and none of them ends it.
class LagRef {
 public:
  /// Owns:     nothing; the LAG has to live as long as calls come.
  explicit LagRef(lagoon_lag* lag) noexcept : lag_{lag} {}
  /// For calls of lagoon.h.
  lagoon_lag* get() const noexcept { return lag_; }

  /// Frames that members have received, at the begin of `room`.
  /// Thread:   the one that uses the queue. Never blocks, never allocates.
  /// Owns:     the frames are the caller's.
  /// Precondition: `queue` is below Config::rx_queues.
  [[nodiscard]] span<rte_mbuf*> rx_burst(std::uint16_t queue, span<rte_mbuf*> room) const noexcept {
    return room.first(lagoon_rx_burst(lag_, queue, room.data(), in_burst(room)));
  }

  /// Sends frames, and gives those that it did not send: members take no more, or none distributes.
  /// Thread:   the one that uses the queue. Never blocks, never allocates.
  /// Owns:     the rest is the caller's, to be sent again or freed; the others are the LAG's. The array may
  ///           be in another order than before.
  /// Precondition: `queue` is below Config::tx_queues.
  [[nodiscard]] span<rte_mbuf*> tx_burst(std::uint16_t queue, span<rte_mbuf*> frames) const noexcept {
    return frames.subspan(lagoon_tx_burst(lag_, queue, frames.data(), in_burst(frames)));
  }

  /// The LAG as one link.
  /// Thread:   any. Never blocks.
  Link link() const noexcept {
    Link link;
    lagoon_lag_link(lag_, &link);
    return link;
  }

  /// One turn of the control loop: LACP, links, commands, callbacks. It gives the time within which the next
  /// turn has to come.
  /// Thread:   one, always the same: it is the LAG's control thread.
  /// Blocking: no.
  /// Errors:   not_supported: the LAG has a thread of its own; busy: a turn is under way, in another thread
  ///           or around the callback that calls this.
  Result<std::chrono::nanoseconds> control_poll() const {
    std::uint64_t next_ns = 0;
    if (const int code = lagoon_control_poll(lag_, &next_ns); code != LAGOON_OK)
      return detail::error_of(code);
    return std::chrono::nanoseconds{static_cast<std::chrono::nanoseconds::rep>(next_ns)};
  }
  /// Turn by turn until control_stop(). Thread and errors as of control_poll().
  /// Blocking: until then; it sleeps between turns unless Config::busy is set.
  Result<void> control_run() const {
    if (const int code = lagoon_control_run(lag_); code != LAGOON_OK) return detail::error_of(code);
    return {};
  }
  /// Ends control_run(), also one that comes later.
  /// Thread:   any, also in signal handlers. Never blocks.
  void control_stop() const noexcept { lagoon_control_stop(lag_); }

  /// Changes the running LAG without stopping its traffic: verb and argument as in docs/modes.md, "drain" and
  /// "net_ring1", or "set" and "hash: l2+3". It gives a sentence on what was done.
  /// Thread:   any; in a callback of this LAG it gives busy.
  /// Blocking: a second at most, four for "remove".
  /// Errors:   all but struct_size.
  Result<std::string> command(const std::string& verb, const std::string& argument = {}) const {
    return detail::heard(
        [&](lagoon_text* text) { return lagoon_command(lag_, verb.c_str(), argument.c_str(), text); }, false);
  }

  /// The state of now.
  /// Thread:   any.
  /// Blocking: a second at most.
  /// Errors:   busy, no_resources.
  Result<Status> status() const {
    lagoon_status* status = nullptr;
    if (const int code = lagoon_status_take(lag_, &status); code != LAGOON_OK) return detail::error_of(code);
    return Status{status};
  }

  /// Events that came after the one numbered `after` (0: all that are kept), the oldest first. Numbers
  /// that are missing are of events that are not kept any more. Thread, blocking and errors as of status().
  Result<std::vector<Event>> events(std::uint64_t after = 0) const {
    constexpr std::size_t room = 64;
    std::vector<Event> all;
    for (std::size_t count = room; count == room;) {
      const std::size_t known = all.size();
      all.resize(known + room);
      const std::uint64_t last = known == 0 ? after : all[known - 1].sequence;
      if (const int code = lagoon_events(lag_, last, &all[known], room, &count); code != LAGOON_OK)
        return detail::error_of(code);
      all.resize(known + count);
    }
    return all;
  }

  /// Says which way a frame would take: "udp 10.0.0.1:5000 10.0.0.2:53", or its octets in hexadecimal.
  /// Nothing is sent. Thread and blocking as of status().
  /// Errors:   invalid_argument, busy, no_resources.
  Result<Explanation> explain(const std::string& flow) const {
    Way way;
    auto json = detail::heard(
        [&](lagoon_text* text) { return lagoon_explain(lag_, flow.c_str(), &way, text); }, true);
    if (!json) return json.error();
    return Explanation{way, *std::move(json)};
  }

 protected:
  lagoon_lag* lag_;

 private:
  static std::uint16_t in_burst(span<rte_mbuf*> frames) noexcept {
    return static_cast<std::uint16_t>(frames.size() < UINT16_MAX ? frames.size() : UINT16_MAX);
  }
};

/// What to make: struct lagoon_lag_config, where each field is explained. With ports and pools it is a good
/// LAG.
struct Config {
  std::string name;     // empty: as `options` says, or "lag0"
  std::string options;  // "mode: active-backup"; empty: LACP, all defaults
  std::string options_file;
  std::vector<std::uint16_t> ports;
  std::vector<rte_mempool*> pools;
  const rte_eth_conf* port_conf = nullptr;
  std::uint16_t rx_queues = 1;
  std::uint16_t tx_queues = 1;
  std::uint16_t rx_descriptors = 0;
  std::uint16_t tx_descriptors = 0;
  Members members = Members::configure;
  Control control = Control::thread;
  bool busy = false;
  std::optional<std::uint16_t> mbuf_port;
  /// Thread:   the control thread, as for callbacks of lagoon.h, which says what they may call. The first one
  ///           may come before Lag::create() returns, the last one before ~Lag() does.
  /// Owns:     the Lag has them, and what they hold, until it has ended.
  /// Errors:   an exception that leaves a callback ends the program.
  std::function<void(LagRef, const Link&)> on_link;
  std::function<void(LagRef, const Event&)> on_event;
};

/// A LAG that ends with this object. One that was moved from has none: assign another, or let it end.
class Lag : public LagRef {
 public:
  /// Makes a LAG of ports, starts them, and begins. On an error nothing has changed.
  /// Thread:   any; not two at once that name the same port.
  /// Blocking: as long as its ports take to start.
  /// Owns:     callbacks are kept, and pools in use. The ports stay the program's, which does not use them
  ///           until the LAG has ended.
  /// Errors:   all but busy. The message names all that is wrong at once, a line for each.
  static Result<Lag> create(Config config) {
    auto callbacks = std::make_unique<Callbacks>();
    callbacks->on_link = std::move(config.on_link);
    callbacks->on_event = std::move(config.on_event);
    Sized<lagoon_lag_config> made;
    made.name = text_or_null(config.name);
    made.options = text_or_null(config.options);
    made.options_file = text_or_null(config.options_file);
    made.ports = config.ports.data();
    made.port_count = config.ports.size();
    made.pools = config.pools.data();
    made.pool_count = config.pools.size();
    made.port_conf = config.port_conf;
    made.rx_queues = config.rx_queues;
    made.tx_queues = config.tx_queues;
    made.rx_descriptors = config.rx_descriptors;
    made.tx_descriptors = config.tx_descriptors;
    made.members = static_cast<std::uint32_t>(config.members);
    made.control = static_cast<std::uint32_t>(config.control);
    made.busy = config.busy;
    made.sets_mbuf_port = config.mbuf_port.has_value();
    made.mbuf_port = config.mbuf_port.value_or(std::uint16_t{0});
    if (callbacks->on_link) made.on_link = Callbacks::tell_link;
    if (callbacks->on_event) made.on_event = Callbacks::tell_event;
    made.user = callbacks.get();
    // (stored there before the first callback comes)
    auto said = detail::heard(
        [&](lagoon_text* text) { return lagoon_lag_create(&made, &callbacks->lag, text); }, false);
    if (!said) return said.error();
    return Lag{std::move(callbacks)};
  }

  Lag(Lag&& other) noexcept
      : LagRef{std::exchange(other.lag_, nullptr)}, callbacks_{std::move(other.callbacks_)} {}
  Lag& operator=(Lag&& other) noexcept {
    if (this == &other) return *this;
    lagoon_lag_free(lag_);
    lag_ = std::exchange(other.lag_, nullptr);
    callbacks_ = std::move(other.callbacks_);
    return *this;
  }
  /// Tells the Partners, stops the members, frees the LAG.
  /// Thread:   any; no other call on this LAG is under way or comes.
  /// Blocking: 1.5 s at most, while Partners are told.
  ~Lag() { lagoon_lag_free(lag_); }

 private:
  struct Callbacks {
    lagoon_lag* lag = nullptr;
    std::function<void(LagRef, const Link&)> on_link;
    std::function<void(LagRef, const Event&)> on_event;

    static void tell_link(void* user, const lagoon_link* link) noexcept {
      const Callbacks& self = *static_cast<const Callbacks*>(user);
      self.on_link(LagRef{self.lag}, Link{*link});
    }
    static void tell_event(void* user, const lagoon_event* event) noexcept {
      const Callbacks& self = *static_cast<const Callbacks*>(user);
      self.on_event(LagRef{self.lag}, Event{*event});
    }
  };

  explicit Lag(std::unique_ptr<Callbacks> callbacks) noexcept
      : LagRef{callbacks->lag}, callbacks_{std::move(callbacks)} {}
  static const char* text_or_null(const std::string& text) noexcept {
    return text.empty() ? nullptr : text.c_str();
  }

  std::unique_ptr<Callbacks> callbacks_;  // outlives the LAG, which may call until it has ended
};

// The console

/// The control socket of the process, for all its LAGs, those that come later among them; it closes with the
/// last object of this kind. lagoon.h says more.
/// Thread:   any but a callback's.
class Console {
 public:
  /// An empty path is the usual place, where `lagoon-console --prefix NAME` looks.
  /// Errors:   all but struct_size. The message says what is wrong with which path.
  static Result<Console> open(const std::string& path = {}) {
    lagoon_console* made = nullptr;
    const auto said = detail::heard(
        [&](lagoon_text* text) {
          return lagoon_console_open(path.empty() ? nullptr : path.c_str(), &made, text);
        },
        false);
    if (!said) return said.error();
    return Console{made};
  }

 private:
  struct Close {
    void operator()(lagoon_console* console) const noexcept { lagoon_console_close(console); }
  };
  explicit Console(lagoon_console* console) noexcept : console_{console} {}
  std::unique_ptr<lagoon_console, Close> console_;
};

}  // namespace v0
}  // namespace lagoon

#if __cplusplus >= 202002L
template <typename T>
inline constexpr bool std::ranges::enable_borrowed_range<lagoon::span<T>> = true;
template <typename T>
inline constexpr bool std::ranges::enable_view<lagoon::span<T>> = true;
#endif

#endif  // LAGOON_HPP
