// A child process, and how it comes into being.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "async/task.hpp"

namespace bedplate {

struct ChildCommand {
  std::vector<std::string> arguments;    ///< the program's path first
  std::vector<std::string> environment;  ///< "NAME=value", nothing else is passed on
  std::filesystem::path log_file;        ///< standard output and error are appended to it
  int input = -1;   ///< the caller's descriptor that becomes standard input; -1: empty
  int output = -1;  ///< the same for standard output; -1: the log
};

/// What a child and those of its children that it waited for have used.
struct ChildUsage {
  std::chrono::microseconds processor_time{0};
  /// Resident, of the largest of them; what the launching process held at the launch counts, too.
  long memory_max_bytes = 0;
};

/// A launched child. Safe from every thread. Its owner must see to its end: the destructor kills
/// and reaps it when nobody else did.
class Child {
 public:
  virtual ~Child() = default;
  virtual pid_t pid() const = 0;
  /// Does nothing once it has ended.
  virtual void signal(int number) = 0;
  /// Waits for its end: "exited with status 1", "was ended by signal 9 (Killed)".
  virtual Task<std::string> wait() = 0;
  /// The same on a thread that may block. False when `limit` passed first.
  virtual bool wait_blocking(std::chrono::milliseconds limit) = 0;
  /// Known once it has ended.
  virtual ChildUsage usage() const { return {}; }
};

class ProcessLauncher {
 public:
  virtual ~ProcessLauncher() = default;
  /// Throws std::runtime_error that says why the program could not be executed. The child dies
  /// with the calling *thread* at the latest, so call it from one that lives as long as it shall.
  virtual std::shared_ptr<Child> launch_blocking(const ChildCommand& command) = 0;
};

/// Launches with fork and exec: own process group, no inherited descriptors but the log, default
/// signal handling, killed by the kernel when the launching thread ends, be it with the server.
class ForkLauncher final : public ProcessLauncher {
 public:
  std::shared_ptr<Child> launch_blocking(const ChildCommand& command) override;
};

}  // namespace bedplate
