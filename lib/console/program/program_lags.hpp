// ProgramLags: the LAGs that run in a program, which others of its threads may ask while they come and go.
//
// Thread: any. Nobody who asks keeps another one waiting here; only who takes a LAG away waits for those who
// ask it.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "config/command/command.hpp"
#include "dpdk/engine/engine.hpp"

namespace lagoon::console {

/// A LAG of the program, as long as it runs.
struct ProgramLag {
  std::string name;
  dpdk::Engine* engine = nullptr;
  /// Changes it, and what its owner knows of it. As Engine::execute().
  std::function<Result<std::string>(const config::Action&)> execute{};
};

class ProgramLags {
 public:
  /// Those of this process. (Never destroyed: a LAG may end when static objects are gone.)
  [[nodiscard]] static ProgramLags& of_process();

  /// `owner` is who takes it away again. A name that another one has gets a number behind it: "lag0.2".
  void add(const void* owner, ProgramLag lag);
  /// Blocking: until nobody asks it any more; a command that is under way comes to its end. Nothing is done
  /// where there is none of that owner. Precondition: the caller holds nothing that a command waits for.
  void remove(const void* owner);

 private:
  struct Entry {
    const void* owner;
    std::string shown;  // what the console calls it
    ProgramLag lag;
    unsigned users = 0;
  };

 public:
  /// A LAG that does not end while this is there.
  class Use {
   public:
    Use(ProgramLags& of, std::shared_ptr<Entry> entry) : of_{&of}, entry_{std::move(entry)} {}
    Use(Use&&) noexcept = default;
    Use& operator=(Use&&) noexcept = delete;
    ~Use();
    [[nodiscard]] const std::string& shown() const noexcept { return entry_->shown; }
    [[nodiscard]] const std::string& name() const noexcept { return entry_->lag.name; }
    [[nodiscard]] dpdk::Engine& engine() const noexcept { return *entry_->lag.engine; }
    [[nodiscard]] Result<std::string> execute(const config::Action& action) const {
      return entry_->lag.execute(action);
    }

   private:
    ProgramLags* of_;
    std::shared_ptr<Entry> entry_;
  };
  /// In the order in which they came.
  [[nodiscard]] std::vector<Use> all();
  /// Errors: no_such_thing, with the names that there are.
  [[nodiscard]] Result<Use> named(std::string_view shown);

 private:
  std::mutex mutex_;
  std::condition_variable unused_;
  std::vector<std::shared_ptr<Entry>> entries_;
};

}  // namespace lagoon::console
