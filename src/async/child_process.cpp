#include "async/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "base/descriptor.hpp"

namespace bedplate {
namespace {

constexpr std::chrono::milliseconds kPollInterval{20};  ///< where the kernel has no pidfd

std::string describe(int status) {
  if (WIFEXITED(status)) return fmt::format("exited with status {}", WEXITSTATUS(status));
  const int number = WTERMSIG(status);
  return fmt::format("was ended by signal {} ({})", number, sigdescr_np(number));
}

std::chrono::microseconds duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

class ForkedChild final : public Child {
 public:
  explicit ForkedChild(pid_t pid)
      : pid_(pid), pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}

  ~ForkedChild() override {
    signal(SIGKILL);
    wait_blocking(std::chrono::seconds(5));
  }

  pid_t pid() const override { return pid_; }

  void signal(int number) override {
    const std::lock_guard lock(mutex_);
    // Not reaped, so that its number still is its own.
    if (!status_) ::kill(pid_, number);
  }

  Task<std::string> wait() override {
    const Executor executor = co_await boost::asio::this_coro::executor;
    if (pidfd_.get() >= 0) {
      // A duplicate: asio's object closes what it holds.
      boost::asio::posix::basic_stream_descriptor<Executor> end(
          executor, ::fcntl(pidfd_.get(), F_DUPFD_CLOEXEC, 0));
      co_await end.async_wait(boost::asio::posix::stream_descriptor::wait_read, use_task);
    }
    Timer timer(executor);
    while (!reap()) {
      timer.expires_after(kPollInterval);
      co_await timer.async_wait(use_task);
    }
    co_return describe(*status_);
  }

  bool wait_blocking(std::chrono::milliseconds limit) override {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!reap()) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          end - std::chrono::steady_clock::now());
      if (left.count() <= 0) return false;
      if (pidfd_.get() >= 0) {
        pollfd ended{pidfd_.get(), POLLIN, 0};
        ::poll(&ended, 1, static_cast<int>(left.count()));
      } else {
        std::this_thread::sleep_for(std::min(left, kPollInterval));
      }
    }
    return true;
  }

  ChildUsage usage() const override {
    const std::lock_guard lock(mutex_);
    return usage_;
  }

 private:
  /// True when it has ended. Reaps it once, whoever asks.
  bool reap() {
    const std::lock_guard lock(mutex_);
    if (status_) return true;
    int status = 0;
    rusage used = {};
    const pid_t ended = ::wait4(pid_, &status, WNOHANG, &used);
    if (ended == 0 || (ended < 0 && errno == EINTR)) return false;
    status_ = status;
    usage_ = {.processor_time = duration_of(used.ru_utime) + duration_of(used.ru_stime),
              .memory_max_bytes = used.ru_maxrss * 1024};
    return true;
  }

  pid_t pid_;
  Descriptor pidfd_;
  mutable std::mutex mutex_;
  std::optional<int> status_;
  ChildUsage usage_;
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

/// What the child between fork and exec works with; all of it made before the fork.
struct Prepared {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  int input = -1;
  int output = -1;
  int log = -1;
  int report = -1;  ///< errno goes here when exec fails
  pid_t parent = 0;
};

/// Only async-signal-safe calls here: the other threads' locks are as the fork found them.
[[noreturn]] void become(const Prepared& prepared) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != prepared.parent) ::_exit(127);  // it died before prctl
  ::setpgid(0, 0);
  struct sigaction by_default = {};
  by_default.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &by_default, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(prepared.input, STDIN_FILENO);
  ::dup2(prepared.output, STDOUT_FILENO);
  ::dup2(prepared.log, STDERR_FILENO);
#ifdef SYS_close_range
  constexpr unsigned kCloseOnExec = 4;  // CLOSE_RANGE_CLOEXEC, which older headers lack
  ::syscall(SYS_close_range, 3U, ~0U, kCloseOnExec);
#endif
  ::execve(prepared.arguments.front(), prepared.arguments.data(), prepared.environment.data());
  const int failure = errno;
  if (::write(prepared.report, &failure, sizeof failure) < 0) ::_exit(126);
  ::_exit(127);
}

[[noreturn]] void fail(const std::string& what, int error) {
  throw std::runtime_error(fmt::format("{}: {}", what, ::strerrordesc_np(error)));
}

}  // namespace

std::shared_ptr<Child> ForkLauncher::launch_blocking(const ChildCommand& command) {
  const std::string& program = command.arguments.at(0);
  const Descriptor input(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const Descriptor log(
      ::open(command.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (log.get() < 0) fail("cannot write " + command.log_file.string(), errno);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("cannot make a pipe", errno);
  const Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);

  const Prepared prepared{.arguments = pointers(command.arguments),
                          .environment = pointers(command.environment),
                          .input = command.input >= 0 ? command.input : input.get(),
                          .output = command.output >= 0 ? command.output : log.get(),
                          .log = log.get(),
                          .report = writing.get(),
                          .parent = ::getpid()};
  const pid_t pid = ::fork();
  if (pid < 0) fail("cannot start " + program, errno);
  if (pid == 0) become(prepared);
  ::setpgid(pid, pid);  // whichever of the two comes first
  auto child = std::make_shared<ForkedChild>(pid);
  writing.close();
  int failure = 0;
  ssize_t count = 0;
  do {
    count = ::read(reading.get(), &failure, sizeof failure);
  } while (count < 0 && errno == EINTR);
  if (count > 0) {
    child->wait_blocking(std::chrono::seconds(5));
    fail("cannot start " + program, failure);
  }
  return child;
}

}  // namespace bedplate
