// That the walls stand: each test enters the sandbox in a process of its own and pushes.
#include "documents/sandbox.hpp"

#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "documents/reading_for_test.hpp"

namespace bedplate::documents {
namespace {

constexpr std::size_t kMemoryMaxBytes = 512u << 20;

/// Runs `attempt` in the sandbox; its result becomes the exit status. -1 when a signal ended it.
int inside(SandboxKind kind, const std::function<int()>& attempt) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    limit_resources(kMemoryMaxBytes, std::chrono::seconds(10));
    enter_sandbox(kind);
    ::_exit(attempt());
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// errno of a call that failed, 0 of one that did not.
int error_of(long result) {
  return result < 0 ? errno : 0;
}

class Sandbox : public testing::TestWithParam<SandboxKind> {};
INSTANTIATE_TEST_SUITE_P(Kinds, Sandbox,
                         testing::Values(SandboxKind::kLibraries, SandboxKind::kPrograms));

TEST_P(Sandbox, HasNoNetwork) {
  for (const int family : {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK}) {
    EXPECT_EQ(inside(GetParam(), [=] { return error_of(::socket(family, SOCK_STREAM, 0)); }),
              ENOSYS);
  }
  EXPECT_EQ(inside(GetParam(),
                   [] {
                     int ends[2];
                     return error_of(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
                   }),
            ENOSYS);
}

TEST_P(Sandbox, TouchesNoOtherProcess) {
  const pid_t parent = ::getpid();
  EXPECT_EQ(inside(GetParam(), [=] { return error_of(::kill(parent, SIGCONT)); }), ENOSYS);
  EXPECT_EQ(inside(GetParam(),
                   [=] { return error_of(::ptrace(PTRACE_ATTACH, parent, nullptr, nullptr)); }),
            ENOSYS);
}

TEST_P(Sandbox, WritesNoFile) {
  const std::string path = testing::TempDir() + "sandbox-" + std::to_string(::getpid());
  EXPECT_NE(
      inside(GetParam(), [&] { return error_of(::open(path.c_str(), O_WRONLY | O_CREAT, 0600)); }),
      0);
  EXPECT_NE(inside(GetParam(), [&] { return error_of(::mkdir(path.c_str(), 0700)); }), 0);
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

TEST_P(Sandbox, GetsNoMoreMemoryThanAllowed) {
  if (kSanitized) GTEST_SKIP() << "sanitizers map terabytes";
  const auto map = [](std::size_t bytes) {
    void* memory = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? errno : 0;
  };
  EXPECT_EQ(inside(GetParam(), [&] { return map(kMemoryMaxBytes / 2); }), 0);
  EXPECT_EQ(inside(GetParam(), [&] { return map(kMemoryMaxBytes); }), ENOMEM);
}

TEST_P(Sandbox, CannotRaiseItsLimits) {
  EXPECT_EQ(inside(GetParam(),
                   [] {
                     const rlimit more{RLIM_INFINITY, RLIM_INFINITY};
                     return error_of(::setrlimit(RLIMIT_AS, &more));
                   }),
            ENOSYS);
}

TEST(SandboxForLibraries, OpensNoFileAndMakesNoProcess) {
  const auto open = [] { return error_of(::open("/etc/passwd", O_RDONLY)); };
  // Sanitizers read the list of their own mappings.
  if (!kSanitized) {
    EXPECT_EQ(inside(SandboxKind::kLibraries, open), ENOSYS);
  }
  EXPECT_EQ(inside(SandboxKind::kLibraries,
                   [] {
                     const pid_t pid = ::fork();
                     if (pid == 0) ::_exit(0);
                     return error_of(pid);
                   }),
            ENOSYS);
  EXPECT_EQ(inside(SandboxKind::kLibraries,
                   [] { return error_of(::execl("/bin/true", "true", nullptr)); }),
            ENOSYS);
}

TEST(SandboxForPrograms, ReadsOnlyBelowTheSystemsFolders) {
  EXPECT_EQ(inside(SandboxKind::kPrograms, [] { return error_of(::open("/usr", O_RDONLY)); }), 0);
  const std::string path = testing::TempDir() + "sandbox-secret-" + std::to_string(::getpid());
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(file, 0);
  ::close(file);
  // Without Landlock (kernels before 5.13) the file can be read.
  const int error =
      inside(SandboxKind::kPrograms, [&] { return error_of(::open(path.c_str(), O_RDONLY)); });
  EXPECT_TRUE(error == EACCES || error == 0) << error;
  ::unlink(path.c_str());
}

TEST(SandboxForPrograms, LimitsWhatItExecutes) {
  const auto run_shell = [](const char* script) {
    return inside(SandboxKind::kPrograms,
                  [script] { return error_of(::execl("/bin/sh", "sh", "-c", script, nullptr)); });
  };
  EXPECT_EQ(run_shell("exit 7"), 7);
  EXPECT_EQ(run_shell("ulimit -c unlimited 2>/dev/null && exit 8; exit 9"), 9);
  EXPECT_NE(run_shell("echo x > /tmp/never-written"), 0);
}

}  // namespace
}  // namespace bedplate::documents
