#include "documents/reading_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "base/log.hpp"

namespace bedplate::documents {
namespace {

constexpr std::size_t kFramesMarginBytes = 64 * 1024;
constexpr std::chrono::seconds kEndWaitMax(5);

[[noreturn]] void fail(const char* what) {
  throw DocumentError(DocumentFault::kReaderFailed,
                      fmt::format("{}: {}", what, ::strerrordesc_np(errno)));
}

/// A file that is nowhere but in memory; programs can open it by its descriptor.
Descriptor file_in_memory(const std::string& bytes) {
  Descriptor file(::memfd_create("document", MFD_CLOEXEC));
  if (!file) fail("cannot make a file in memory");
  std::size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t count = ::write(file.get(), bytes.data() + at, bytes.size() - at);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail("cannot write a file in memory");
    at += static_cast<std::size_t>(count);
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

class Reading {
 public:
  Reading(const DocumentReaderOptions& options, const ReadingTask& task, const StopSignal& stop)
      : options_(options),
        stop_(stop),
        frames_(std::max(task.text_max_bytes, task.images_max_bytes) + kFramesMarginBytes),
        deadline_(std::chrono::steady_clock::now() + options.deadline) {}

  /// Takes what comes until the end, a failure, or the deadline.
  std::vector<Frame> follow(int output) {
    std::array<char, 65536> buffer;
    while (true) {
      wait_for(output);
      const ssize_t count = ::read(output, buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        throw DocumentError(DocumentFault::kUnreadable, "the reading child broke off");
      }
      frames_.feed({buffer.data(), static_cast<std::size_t>(count)});
      while (std::optional<Frame> frame = frames_.next()) {
        if (frame->kind == FrameKind::kEnd) return std::move(taken_);
        take(std::move(*frame));
      }
    }
  }

 private:
  void wait_for(int output) const {
    while (true) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(
          deadline_ - std::chrono::steady_clock::now());
      if (left.count() <= 0) {
        throw DocumentError(DocumentFault::kTimedOut, "it was not read within its time");
      }
      std::array<pollfd, 2> waiting = {pollfd{output, POLLIN, 0},
                                       pollfd{stop_.descriptor(), POLLIN, 0}};
      const int ready = ::poll(waiting.data(), waiting.size(), static_cast<int>(left.count()));
      if (ready < 0 && errno != EINTR) fail("cannot wait for the reading child");
      if (ready > 0 && waiting[1].revents != 0) {
        throw DocumentError(DocumentFault::kReaderFailed, "nobody waits for it any more");
      }
      if (ready > 0) return;
    }
  }

  void take(Frame frame) {
    switch (frame.kind) {
      case FrameKind::kFailure:
        throw parse_failure(frame.payload);
      case FrameKind::kMoreTime: {
        std::int64_t milliseconds = 0;
        const char* start = frame.payload.data();
        std::from_chars(start, start + frame.payload.size(), milliseconds);
        // The child may be in the hands of who wrote the document.
        const std::chrono::milliseconds asked(std::max<std::int64_t>(milliseconds, 0));
        deadline_ += std::min(asked, options_.more_time_max) - granted_;
        granted_ = std::min(asked, options_.more_time_max);
        return;
      }
      default:
        taken_.push_back(std::move(frame));
    }
  }

  const DocumentReaderOptions& options_;
  const StopSignal& stop_;
  FrameReader frames_;
  std::chrono::steady_clock::time_point deadline_;
  std::chrono::milliseconds granted_{0};
  std::vector<Frame> taken_;
};

}  // namespace

StopSignal::StopSignal() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) fail("cannot make an event");
}

void StopSignal::raise() {
  const std::uint64_t one = 1;
  // Full means raised.
  if (::write(event_.get(), &one, sizeof one) < 0) return;
}

bool StopSignal::raised() const {
  pollfd event{event_.get(), POLLIN, 0};
  return ::poll(&event, 1, 0) > 0;
}

std::vector<Frame> run_reading_child_blocking(const DocumentReaderOptions& options,
                                              ProcessLauncher& launcher, const ReadingTask& task,
                                              const std::string& bytes, const StopSignal& stop) {
  const Descriptor input = file_in_memory(bytes);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("cannot make a pipe");
  const Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  ChildCommand command{.arguments = options.child_command,
                       .environment = {"LC_ALL=C.UTF-8"},
                       .log_file = "/dev/null",
                       .input = input.get(),
                       .output = writing.get()};
  command.arguments.push_back(to_argument(task));
  std::shared_ptr<Child> child;
  try {
    child = launcher.launch_blocking(command);
  } catch (const std::runtime_error& problem) {
    throw DocumentError(DocumentFault::kReaderFailed, problem.what());
  }
  writing.close();

  // However this ends, so does the child.
  const auto end_child = [&] {
    child->signal(SIGKILL);
    child->wait_blocking(kEndWaitMax);
    if (options.on_child_end) options.on_child_end(child->usage());
  };
  try {
    std::vector<Frame> frames = Reading(options, task, stop).follow(reading.get());
    end_child();
    return frames;
  } catch (...) {
    end_child();
    throw;
  }
}

}  // namespace bedplate::documents
