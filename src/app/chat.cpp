// `bedplate chat`: a conversation in the terminal, streamed as it is made.
#include <editline/readline.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <optional>

#include "app/commands.hpp"
#include "app/conversation_client.hpp"
#include "app/server_record.hpp"

namespace bedplate::app {
namespace {

constexpr std::string_view kHelp =
    "/model ID      talk to another model (keeps the conversation)\n"
    "/system TEXT   set the system prompt; without TEXT, remove it\n"
    "/reset         forget the conversation\n"
    "/help          this list\n"
    "/exit          leave (so does Ctrl-D)\n";

/// Lines with editing and history on a terminal, plain lines otherwise.
std::optional<std::string> read_line(const std::string& prompt, bool terminal) {
  if (!terminal) {
    std::string line;
    if (!std::getline(std::cin, line)) return std::nullopt;
    return line;
  }
  char* raw = ::readline(prompt.c_str());
  if (raw == nullptr) return std::nullopt;
  std::string line(raw);
  std::free(raw);
  if (!line.empty()) ::add_history(line.c_str());
  return line;
}

class Chat {
 public:
  Chat(const Configuration& configuration, const ChatOptions& options, std::string url,
       const identity::StoredAccessKey& key)
      : configuration_(configuration), url_(std::move(url)), key_(key) {
    question_.model = options.model;
    question_.system = options.system;
    question_.temperature = options.temperature;
    question_.max_tokens = options.max_tokens;
  }

  int run() {
    const bool terminal = ::isatty(STDIN_FILENO) != 0;
    if (terminal) fmt::print("{} on {}; /help for commands\n", question_.model, url_);
    bool all_answered = true;
    while (auto line = read_line("> ", terminal)) {
      if (line->empty()) continue;
      if (line->front() == '/') {
        if (!obey(*line)) break;
      } else {
        all_answered = say(*line) && all_answered;
      }
    }
    return all_answered ? 0 : 1;
  }

 private:
  /// False to leave.
  bool obey(const std::string& line) {
    const std::size_t space = line.find(' ');
    const std::string command = line.substr(0, space);
    const std::string rest = space == std::string::npos ? "" : line.substr(space + 1);
    if (command == "/exit" || command == "/quit") return false;
    if (command == "/reset") {
      question_.turns.clear();
    } else if (command == "/system") {
      question_.system = rest;
    } else if (command == "/model" && !rest.empty()) {
      question_.model = rest;
    } else if (command == "/model") {
      fmt::print("{}\n", question_.model);
    } else {
      fmt::print("{}", kHelp);
    }
    return true;
  }

  bool say(const std::string& text) {
    question_.turns.push_back({"user", text});
    try {
      const Answer answer = ask_blocking(url_, key_, configuration_.default_region, question_,
                                         [](std::string_view piece) {
                                           fmt::print("{}", piece);
                                           std::fflush(stdout);
                                         });
      fmt::print("\n");
      if (answer.stop_reason == "max_tokens") fmt::print("[cut off at --max-tokens]\n");
      if (answer.text.empty()) {
        question_.turns.pop_back();
      } else {
        question_.turns.push_back({"assistant", answer.text});
      }
      return true;
    } catch (const std::exception& problem) {
      fmt::print(stderr, "\nbedplate: {}\n", problem.what());
      question_.turns.pop_back();
      return false;
    }
  }

  const Configuration& configuration_;
  std::string url_;
  const identity::StoredAccessKey& key_;
  Question question_;
};

}  // namespace

int chat_command(const Configuration& configuration, const ChatOptions& options) {
  const auto running = find_server_blocking(configuration.data_dir);
  if (!running) {
    fmt::print(stderr, "bedplate: no server is running on {}; start one with `bedplate serve`\n",
               configuration.data_dir.string());
    return 1;
  }
  const MachineClock clock;
  const auto store =
      identity::CredentialStore::open_blocking(configuration.data_dir.string(), clock);
  const auto* key = store->developer_access_key();
  if (key == nullptr) {
    fmt::print(stderr, "bedplate: the data directory holds no active access key\n");
    return 1;
  }
  return Chat(configuration, options, running->url, *key).run();
}

}  // namespace bedplate::app
