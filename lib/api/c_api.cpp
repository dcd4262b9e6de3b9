// lagoon.h over api::LagHandle. The one border that no exception crosses: what the standard library may throw
// (it has no memory) becomes an error.
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "api/c_convert.hpp"
#include "api/c_fields.hpp"
#include "api/c_status.hpp"
#include "api/c_struct.hpp"
#include "api/explanation_json.hpp"
#include "api/lag_handle.hpp"
#include "api/lagoon.h"
#include "base/version.hpp"
#include "console/program/program_console.hpp"
#include "control/views/views.hpp"

using namespace lagoon;

struct lagoon_console {
  std::shared_ptr<console::ProgramConsole> held;
};

namespace {

// A lagoon_lag is an api::LagHandle, by a name that C can say.
api::LagHandle& of(lagoon_lag* lag) noexcept {
  return *reinterpret_cast<api::LagHandle*>(lag);
}

int refuse(const Error& error, lagoon_text* text) noexcept {
  api::copy(error.detail, text);
  return api::c_error(error.code);
}

int refuse(int error, const char* why, lagoon_text* text) noexcept {
  api::copy(why, text);
  return error;
}

template <typename Work>
int guarded(lagoon_text* text, const Work& work) noexcept {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return refuse(LAGOON_ERR_NO_RESOURCES, "out of memory", text);
  } catch (const std::exception& thrown) {
    return refuse(LAGOON_ERR_SYSTEM, thrown.what(), text);
  }
}

const char* said_of_size(int error) noexcept {
  switch (error) {
    case LAGOON_ERR_STRUCT_SIZE:
      return "struct_size is too small; expected the struct's sizeof";
    case LAGOON_ERR_NOT_SUPPORTED:
      return "the struct has values that this release of the library does not know; expected zero there";
    default:
      return "a pointer is NULL";
  }
}

}  // namespace

extern "C" {

const char* lagoon_error_name(int error) {
  switch (error) {
    case LAGOON_OK:
      return "success";
    case LAGOON_ERR_INVALID_ARGUMENT:
      return "invalid argument";
    case LAGOON_ERR_NO_SUCH_THING:
      return "no such thing";
    case LAGOON_ERR_ALREADY_EXISTS:
      return "already exists";
    case LAGOON_ERR_NOT_SUPPORTED:
      return "not supported";
    case LAGOON_ERR_NO_RESOURCES:
      return "no resources";
    case LAGOON_ERR_BUSY:
      return "busy";
    case LAGOON_ERR_PERMISSION:
      return "no permission";
    case LAGOON_ERR_SYSTEM:
      return "system error";
    case LAGOON_ERR_STRUCT_SIZE:
      return "wrong struct_size";
    default:
      return "unknown error";
  }
}

const char* lagoon_version(void) {
  return kVersion;
}

int lagoon_lag_create(const lagoon_lag_config* config, lagoon_lag** lag, lagoon_text* error) {
  if (lag == nullptr) return refuse(LAGOON_ERR_INVALID_ARGUMENT, "lag is NULL", error);
  *lag = nullptr;
  lagoon_lag_config known{};
  if (const int wrong = api::take(config, known); wrong != LAGOON_OK)
    return refuse(wrong, said_of_size(wrong), error);
  return guarded(error, [&] {
    auto embedding = api::embedding_of(known);
    if (!embedding) return refuse(embedding.error(), error);
    auto made = api::LagHandle::make(*std::move(embedding));
    if (!made) return refuse(made.error(), error);
    // (callbacks come from begin() on, and find the LAG in its place)
    *lag = reinterpret_cast<lagoon_lag*>(made->get());
    if (const auto begun = (*made)->begin(); !begun) {
      made->reset();
      *lag = nullptr;
      return refuse(begun.error(), error);
    }
    made->release();
    return int{LAGOON_OK};
  });
}

void lagoon_lag_free(lagoon_lag* lag) {
  delete reinterpret_cast<api::LagHandle*>(lag);
}

std::uint16_t lagoon_rx_burst(lagoon_lag* lag, std::uint16_t queue, rte_mbuf** frames, std::uint16_t count) {
  if (lag == nullptr || frames == nullptr) [[unlikely]]
    return 0;
  return of(lag).rx_burst(queue, {frames, count});
}

std::uint16_t lagoon_tx_burst(lagoon_lag* lag, std::uint16_t queue, rte_mbuf** frames, std::uint16_t count) {
  if (lag == nullptr) [[unlikely]]
    return 0;
  // (no frames: what waits in the queue is looked after all the same)
  return of(lag).tx_burst(queue, {frames, frames == nullptr ? std::size_t{0} : count});
}

int lagoon_lag_link(lagoon_lag* lag, lagoon_link* link) {
  if (lag == nullptr) return LAGOON_ERR_INVALID_ARGUMENT;
  return api::give(api::c_link(of(lag).link()), link);
}

int lagoon_control_poll(lagoon_lag* lag, std::uint64_t* next_ns) {
  if (lag == nullptr) return LAGOON_ERR_INVALID_ARGUMENT;
  return guarded(nullptr, [&] {
    const auto wait = of(lag).control_turn();
    if (!wait) return api::c_error(wait.error().code);
    if (next_ns != nullptr) *next_ns = *wait < Duration{} ? 0 : static_cast<std::uint64_t>(wait->count());
    return int{LAGOON_OK};
  });
}

int lagoon_control_run(lagoon_lag* lag) {
  if (lag == nullptr) return LAGOON_ERR_INVALID_ARGUMENT;
  return guarded(nullptr, [&] {
    const auto ran = of(lag).control_run();
    return ran ? int{LAGOON_OK} : api::c_error(ran.error().code);
  });
}

void lagoon_control_stop(lagoon_lag* lag) {
  if (lag != nullptr) of(lag).control_stop();
}

int lagoon_command(lagoon_lag* lag, const char* verb, const char* argument, lagoon_text* reply) {
  if (lag == nullptr || verb == nullptr)
    return refuse(LAGOON_ERR_INVALID_ARGUMENT, "lag or verb is NULL", reply);
  return guarded(reply, [&] {
    const auto done = of(lag).command(verb, argument == nullptr ? "" : argument);
    if (!done) return refuse(done.error(), reply);
    api::copy(*done, reply);
    return int{LAGOON_OK};
  });
}

int lagoon_status_take(lagoon_lag* lag, lagoon_status** status) {
  if (status == nullptr) return LAGOON_ERR_INVALID_ARGUMENT;
  *status = nullptr;
  if (lag == nullptr) return LAGOON_ERR_INVALID_ARGUMENT;
  return guarded(nullptr, [&] {
    auto now = of(lag).status();
    if (!now) return api::c_error(now.error().code);
    *status = new lagoon_status{*std::move(now)};
    return int{LAGOON_OK};
  });
}

void lagoon_status_free(lagoon_status* status) {
  delete status;
}

int lagoon_status_lag(const lagoon_status* status, lagoon_lag_status* lag) {
  if (status == nullptr) return LAGOON_ERR_INVALID_ARGUMENT;
  return api::give(api::c_lag_status(status->lag), lag);
}

int lagoon_status_member(const lagoon_status* status, std::size_t index, lagoon_member_status* member) {
  if (status == nullptr) return LAGOON_ERR_INVALID_ARGUMENT;
  if (index >= status->lag.members.size()) return LAGOON_ERR_NO_SUCH_THING;
  return api::give(api::c_member_status(status->lag.members[index]), member);
}

int lagoon_status_drop(const lagoon_status* status, std::size_t index, lagoon_drop* drop) {
  if (status == nullptr) return LAGOON_ERR_INVALID_ARGUMENT;
  if (index >= status->lag.drops.size()) return LAGOON_ERR_NO_SUCH_THING;
  return api::give(api::c_drop(status->lag.drops[index]), drop);
}

int lagoon_status_field(const lagoon_status* status, std::uint32_t subject, std::size_t index,
                        std::size_t number, lagoon_field* field, lagoon_text* text) {
  if (status == nullptr) return LAGOON_ERR_INVALID_ARGUMENT;
  return guarded(nullptr, [&] {
    return api::field_of(status->lag, subject, index, {.number = number, .name = {}}, field, text);
  });
}

int lagoon_status_field_named(const lagoon_status* status, std::uint32_t subject, std::size_t index,
                              const char* name, lagoon_field* field, lagoon_text* text) {
  if (status == nullptr || name == nullptr) return LAGOON_ERR_INVALID_ARGUMENT;
  return guarded(nullptr, [&] {
    return api::field_of(status->lag, subject, index, {.number = {}, .name = name}, field, text);
  });
}

int lagoon_status_text(const lagoon_status* status, const char* view, lagoon_text* text) {
  if (status == nullptr || view == nullptr)
    return refuse(LAGOON_ERR_INVALID_ARGUMENT, "status or view is NULL", text);
  const auto known = control::view_from(view);
  if (!known)
    return guarded(text, [&] {
      return refuse(LAGOON_ERR_NO_SUCH_THING,
                    ("no such view; there are " + control::view_names(", ")).c_str(), text);
    });
  return guarded(text, [&] {
    api::copy(control::render(*known, status->lag), text);
    return int{LAGOON_OK};
  });
}

int lagoon_events(lagoon_lag* lag, std::uint64_t after, lagoon_event* events, std::size_t room,
                  std::size_t* count) {
  if (count == nullptr) return LAGOON_ERR_INVALID_ARGUMENT;
  *count = 0;
  if (lag == nullptr) return LAGOON_ERR_INVALID_ARGUMENT;
  if (const int wrong = api::check_size(events); wrong != LAGOON_OK) return wrong;
  return guarded(nullptr, [&] {
    const auto known = of(lag).events_after(after);
    if (!known) return api::c_error(known.error().code);
    const std::size_t size = events->struct_size;
    *count = std::min(room, known->size());
    for (std::size_t i = 0; i < *count; ++i)
      api::put(api::c_event((*known)[i]), reinterpret_cast<std::byte*>(events) + i * size, size);
    return int{LAGOON_OK};
  });
}

int lagoon_explain(lagoon_lag* lag, const char* flow, lagoon_way* way, lagoon_text* reply) {
  if (lag == nullptr || flow == nullptr)
    return refuse(LAGOON_ERR_INVALID_ARGUMENT, "lag or flow is NULL", reply);
  if (way != nullptr)
    if (const int wrong = api::check_size(way); wrong != LAGOON_OK)
      return refuse(wrong, said_of_size(wrong), reply);
  return guarded(reply, [&] {
    const auto answer = of(lag).explain(flow);
    if (!answer) return refuse(answer.error(), reply);
    if (way != nullptr) api::put(api::c_way(*answer), way, way->struct_size);
    api::copy(api::to_json(*answer), reply);
    return int{LAGOON_OK};
  });
}

int lagoon_console_open(const char* path, lagoon_console** console, lagoon_text* error) {
  if (console == nullptr) return refuse(LAGOON_ERR_INVALID_ARGUMENT, "console is NULL", error);
  *console = nullptr;
  if (path != nullptr && *path != '/')
    return refuse(LAGOON_ERR_INVALID_ARGUMENT,
                  "path does not begin at the root; expected one that does, or NULL", error);
  return guarded(error, [&] {
    auto opened = console::ProgramConsole::open(path == nullptr ? "" : path);
    if (!opened) return refuse(opened.error(), error);
    *console = new lagoon_console{*std::move(opened)};
    return int{LAGOON_OK};
  });
}

void lagoon_console_close(lagoon_console* console) {
  delete console;
}

}  // extern "C"
