#include "documents/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/descriptor.hpp"
#include "documents/document_error.hpp"

namespace bedplate::documents {
namespace {

constexpr std::size_t kErrorMaxBytes = 4096;

struct Pipe {
  Descriptor reading;
  Descriptor writing;
};

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    throw DocumentError(DocumentFault::kReaderFailed, "cannot make a pipe");
  }
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

[[noreturn]] void become(const std::vector<char*>& arguments, int output, int error, pid_t parent) {
  // It must not outlive this child, whose end is all that the server sees to.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // it ended before prctl
  static char language[] = "LC_ALL=C.UTF-8";
  static char* environment[] = {language, nullptr};
  ::dup2(output, STDOUT_FILENO);
  ::dup2(error, STDERR_FILENO);
  ::execve(arguments.front(), arguments.data(), environment);
  ::_exit(127);
}

/// Reads both pipes to their ends.
void drain(Pipe& output, Pipe& error, const std::function<void(std::string_view)>& sink,
           std::string& error_text) {
  std::array<char, 65536> buffer;
  while (output.reading || error.reading) {
    std::array<pollfd, 2> waiting = {pollfd{output.reading.get(), POLLIN, 0},
                                     pollfd{error.reading.get(), POLLIN, 0}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) break;
    for (const bool is_output : {true, false}) {
      Descriptor& from = is_output ? output.reading : error.reading;
      if (waiting[is_output ? 0 : 1].revents == 0 || !from) continue;
      const ssize_t count = ::read(from.get(), buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        from.close();
      } else if (is_output) {
        sink({buffer.data(), static_cast<std::size_t>(count)});
      } else if (error_text.size() < kErrorMaxBytes) {
        error_text.append(buffer.data(), static_cast<std::size_t>(count));
      }
    }
  }
}

}  // namespace

std::string find_program_blocking(const std::string& search_path, std::string_view program) {
  std::string_view rest = search_path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const std::string candidate = fmt::format("{}/{}", rest.substr(0, end), program);
    if (end > 0 && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

ProgramEnd run_program(const std::string& search_path, const ProgramName& name,
                       const std::vector<std::string>& arguments,
                       const std::function<void(std::string_view)>& output) {
  const std::string path = find_program_blocking(search_path, name.program);
  if (path.empty()) {
    throw DocumentError(DocumentFault::kProgramMissing,
                        fmt::format("{} is not installed: it is in the Debian package {}",
                                    name.program, name.package));
  }
  std::vector<char*> pointers = {const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) {
    pointers.push_back(const_cast<char*>(argument.c_str()));
  }
  pointers.push_back(nullptr);

  Pipe out = make_pipe();
  Pipe error = make_pipe();
  const pid_t self = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw DocumentError(DocumentFault::kReaderFailed, "cannot make a process");
  if (pid == 0) become(pointers, out.writing.get(), error.writing.get(), self);
  out.writing.close();
  error.writing.close();
  ProgramEnd end;
  drain(out, error, output, end.error);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
    throw DocumentError(DocumentFault::kReaderFailed, path + " could not be executed");
  }
  end.succeeded = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return end;
}

}  // namespace bedplate::documents
