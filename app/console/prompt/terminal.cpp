#include "console/prompt/terminal.hpp"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <memory>

#include <cmdline_rdline.h>

#include "console/prompt/front_end.hpp"

namespace lagoon::console {

namespace {

constexpr const char* kPrompt = "lagoon> ";

// Characters come as they are typed, and are not echoed by the kernel, as long as this lives.
class RawMode {
 public:
  RawMode() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    works_ = tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
  }
  ~RawMode() {
    if (works_) tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
  }
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;
  [[nodiscard]] bool works() const noexcept { return works_; }

 private:
  termios before_{};
  bool works_ = false;
};

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

// Each frame over the one before, until a key is pressed.
Shown show_live(Channel& channel, std::string_view line, Result<Outcome> outcome, Input& input) {
  for (std::uint32_t times = 1;; ++times) {
    print(outcome->text);
    if (outcome->count != 0 && times >= outcome->count) return Shown::done;
    if (input.key_within(outcome->interval)) {
      std::array<char, 1> key{};
      static_cast<void>(input.keys(key));
      return Shown::done;
    }
    const auto lines = std::ranges::count(outcome->text, '\n');
    if (lines > 0) print("\x1b[" + std::to_string(lines) + "A\x1b[J");
    outcome = channel.run(line);
    if (!outcome) break;
  }
  print_error("", outcome.error());
  return Shown::failed;
}

class Prompt {
 public:
  Prompt(Channel& channel, Input input)
      : channel_{channel},
        input_{std::move(input)},
        editor_{rdline_new(on_write, on_line, on_complete, this)} {}

  [[nodiscard]] TerminalEnd run() {
    if (!editor_) return TerminalEnd::failed;
    rdline_newline(editor_.get(), kPrompt);
    flush();
    std::array<char, 256> keys{};
    for (;;) {
      const auto typed = input_.keys(keys);
      if (typed.empty()) return TerminalEnd::quit;
      for (const char key : typed)
        if (const auto end = key_typed(key)) return *end;
      flush();
    }
  }

 private:
  struct EditorFreer {
    void operator()(rdline* editor) const noexcept { rdline_free(editor); }
  };

  static Prompt& of(rdline* editor) { return *static_cast<Prompt*>(rdline_get_opaque(editor)); }
  static int on_write(rdline* editor, char c) {
    of(editor).written_ += c;
    return 0;
  }
  static void on_line(rdline*, const char*, unsigned) {}  // (the line is taken from the editor afterwards)
  static int on_complete(rdline* editor, const char* line, char* to, unsigned room, int* state) {
    return of(editor).complete(line, {to, room}, *state);
  }

  // rdline's contract: state 0 is TAB, -1 is '?', and what this leaves there comes back. 2: `to` is to be
  // added; 1: it is a choice to be listed, and there may be more; 0: there are none.
  int complete(std::string_view line, std::span<char> to, int& state) {
    if (state <= 0) {
      choices_ = channel_.complete(line);
      if (state == 0)
        if (const auto addition = common_addition(line, choices_)) return put(*addition, to), 2;
      state = 1;
    }
    const auto next = static_cast<std::size_t>(state - 1);
    if (next >= choices_.size()) return 0;
    ++state;
    const Completion& choice = choices_[next];
    constexpr std::size_t kWidth = 22;
    std::string text = choice.text;
    if (!choice.help.empty())
      text += std::string(std::max(text.size() + 2, kWidth) - text.size(), ' ') + choice.help;
    put(text, to);
    return 1;
  }

  static void put(std::string_view text, std::span<char> to) {
    to[text.copy(to.data(), to.size() - 1)] = '\0';
  }

  std::optional<TerminalEnd> key_typed(char key) {
    switch (rdline_char_in(editor_.get(), key)) {
      case RDLINE_RES_VALIDATED:
        break;
      case RDLINE_RES_EOF:
        print("\n");
        return TerminalEnd::quit;
      case RDLINE_RES_EXITED:
        return TerminalEnd::quit;
      default:
        return std::nullopt;
    }
    flush();
    std::string line{rdline_get_buffer(editor_.get())};
    line.erase(line.find_last_not_of(" \t\r\n") + 1);
    if (!line.empty()) rdline_add_history(editor_.get(), line.c_str());
    if (run_line(line) == Shown::quit) return TerminalEnd::quit;
    if (channel_.is_lost()) return TerminalEnd::lost;
    rdline_newline(editor_.get(), kPrompt);
    return std::nullopt;
  }

  Shown run_line(const std::string& line) {
    auto outcome = channel_.run(line);
    if (!outcome) {
      print_error("", outcome.error());
      return Shown::failed;
    }
    if (outcome->after == After::repeat) return show_live(channel_, line, std::move(outcome), input_);
    print(outcome->text);
    return outcome->after == After::quit ? Shown::quit : Shown::done;
  }

  void flush() {
    print(written_);
    written_.clear();
  }

  Channel& channel_;
  Input input_;
  std::string written_;
  std::vector<Completion> choices_;
  std::unique_ptr<rdline, EditorFreer> editor_;
};

}  // namespace

bool is_terminal() {
  return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
}

TerminalEnd run_terminal(Channel& channel, int stop) {
  const RawMode raw;
  if (!raw.works()) return TerminalEnd::failed;
  return Prompt{channel, Input{STDIN_FILENO, stop}}.run();
}

}  // namespace lagoon::console
