#include "async/child_process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>
#include <future>
#include <sstream>
#include <thread>

namespace bedplate {
namespace {

using namespace std::chrono_literals;

class ForkLauncherTest : public testing::Test {
 protected:
  ForkLauncherTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "child-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
  }
  ~ForkLauncherTest() override { std::filesystem::remove_all(folder); }

  ChildCommand shell(const std::string& script) const {
    return {.arguments = {"/bin/sh", "-c", script},
            .environment = {"PATH=/usr/bin:/bin", "GREETING=hello"},
            .log_file = folder / "log"};
  }
  std::string log() const {
    std::ifstream file(folder / "log");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  static std::string wait(Child& child) {
    boost::asio::io_context context;
    std::string how;
    const auto run = [](Child& of, std::string& to) -> Task<> { to = co_await of.wait(); };
    boost::asio::co_spawn(context, run(child, how), [](const std::exception_ptr& failure) {
      if (failure) std::rethrow_exception(failure);
    });
    context.run();
    return how;
  }

  std::filesystem::path folder;
  ForkLauncher launcher;
};

TEST_F(ForkLauncherTest, TellsHowAChildEnded) {
  EXPECT_EQ(wait(*launcher.launch_blocking(shell("exit 3"))), "exited with status 3");
  EXPECT_EQ(wait(*launcher.launch_blocking(shell("kill -KILL $$"))),
            "was ended by signal 9 (Killed)");
}

TEST_F(ForkLauncherTest, AppendsOutputAndErrorToTheLog) {
  wait(*launcher.launch_blocking(shell("echo one; echo two >&2")));
  wait(*launcher.launch_blocking(shell("echo three")));
  EXPECT_EQ(log(), "one\ntwo\nthree\n");
}

TEST_F(ForkLauncherTest, PassesOnTheGivenEnvironmentOnly) {
  ::setenv("BEDPLATE_TEST_SECRET", "x", 1);
  wait(*launcher.launch_blocking(shell("echo \"$GREETING ${BEDPLATE_TEST_SECRET-none}\"")));
  ::unsetenv("BEDPLATE_TEST_SECRET");
  EXPECT_EQ(log(), "hello none\n");
}

TEST_F(ForkLauncherTest, GivesTheChildAGroupOfItsOwnAndNoOtherDescriptors) {
  const int leaked = ::dup(STDERR_FILENO);  // not close-on-exec
  auto child = launcher.launch_blocking(
      shell("ls /proc/$$/fd | grep -v '^[012]$' | grep -v 255; exec sleep 100"));
  EXPECT_EQ(::getpgid(child->pid()), child->pid());
  child->signal(SIGTERM);
  EXPECT_TRUE(child->wait_blocking(10s));
  EXPECT_EQ(log().find(std::to_string(leaked) + "\n"), std::string::npos) << log();
  ::close(leaked);
}

TEST_F(ForkLauncherTest, SaysWhyAProgramCannotBeExecuted) {
  ChildCommand command = shell("");
  command.arguments = {"/nonexistent/program"};
  try {
    launcher.launch_blocking(command);
    FAIL() << "it was launched";
  } catch (const std::runtime_error& problem) {
    EXPECT_STREQ(problem.what(), "cannot start /nonexistent/program: No such file or directory");
  }
  command = shell("");
  command.log_file = folder / "missing" / "log";
  EXPECT_THROW(launcher.launch_blocking(command), std::runtime_error);
}

TEST_F(ForkLauncherTest, StopsWaitingAtTheLimitAndKillsAtTheEnd) {
  auto child = launcher.launch_blocking(shell("exec sleep 100"));
  const pid_t pid = child->pid();
  EXPECT_FALSE(child->wait_blocking(1ms));
  child.reset();
  EXPECT_EQ(::kill(pid, 0), -1) << "it lives on";
}

TEST_F(ForkLauncherTest, SignalsNobodyOnceTheChildHasEnded) {
  auto child = launcher.launch_blocking(shell("exit 0"));
  EXPECT_TRUE(child->wait_blocking(10s));
  EXPECT_TRUE(child->wait_blocking(0s)) << "asked again";
  child->signal(SIGKILL);  // the number may be another's by now
}

TEST_F(ForkLauncherTest, ConnectsTheDescriptorsItIsGiven) {
  int in[2];
  int out[2];
  ASSERT_EQ(::pipe2(in, O_CLOEXEC), 0);
  ASSERT_EQ(::pipe2(out, O_CLOEXEC), 0);
  ASSERT_EQ(::write(in[1], "hello", 5), 5);
  ::close(in[1]);
  ChildCommand command = shell("cat; echo aside >&2");
  command.input = in[0];
  command.output = out[1];
  auto child = launcher.launch_blocking(command);
  ::close(in[0]);
  ::close(out[1]);
  EXPECT_TRUE(child->wait_blocking(10s));
  char read_back[16];
  EXPECT_EQ(::read(out[0], read_back, sizeof read_back), 5);
  EXPECT_EQ(::read(out[0], read_back, sizeof read_back), 0) << "the end";
  ::close(out[0]);
  EXPECT_EQ(log(), "aside\n");
  EXPECT_GT(child->usage().memory_max_bytes, 100'000);
}

// The kernel ends the child when the thread that launched it ends.
TEST_F(ForkLauncherTest, DoesNotLeaveAChildBehind) {
  std::shared_ptr<Child> child;
  std::promise<void> launched;
  std::promise<void> end;
  std::thread thread([&] {
    child = launcher.launch_blocking(shell("trap '' TERM; exec sleep 100"));
    launched.set_value();
    end.get_future().wait();
  });
  launched.get_future().wait();
  EXPECT_FALSE(child->wait_blocking(1ms));
  end.set_value();
  thread.join();
  EXPECT_TRUE(child->wait_blocking(10s));
}

}  // namespace
}  // namespace bedplate
