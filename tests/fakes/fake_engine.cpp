// An engine without a model that misbehaves on request. A request whose body holds "fault:NAME"
// goes wrong in that way; any other is answered correctly. See `fake_engine --help`.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "inference/engines/fake_server_for_test.hpp"

namespace bedplate::inference {
namespace {

std::string list_of_faults() {
  std::string text = "A request that says \"fault:NAME\" is treated so:\n";
  for (const Fault& fault : known_faults()) {
    text += fmt::format("  {:<18} {}\n", fault.name, fault.meaning);
  }
  return text;
}

int run(int argc, char** argv) {
  CLI::App program{"A fake engine that speaks OpenAI's protocol."};
  FakeServerOptions options;
  int interval_ms = 0;
  program.footer(list_of_faults());
  program.add_option("--port", options.port, "0: the system chooses; the URL is the first line")
      ->capture_default_str();
  program.add_option("--tokens", options.tokens, "Of a reply; a smaller max_tokens wins")
      ->capture_default_str();
  program.add_option("--interval-ms", interval_ms, "Between two tokens")->capture_default_str();
  program.add_option("--owner", options.owner, "What /v1/models says: vllm, llamacpp, sglang, …")
      ->capture_default_str();
  program.add_option("--api-key", options.api_key, "Demanded when not empty");
  CLI11_PARSE(program, argc, argv);
  options.interval = std::chrono::milliseconds(interval_ms);

  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before the threads, which inherit it
  IoPool pool(1);
  const FakeServer server(pool.executor(0), options);
  std::printf("%s\n", server.url().c_str());
  std::fflush(stdout);
  int received = 0;
  sigwait(&ends, &received);
  return 0;
}

}  // namespace
}  // namespace bedplate::inference

int main(int argc, char** argv) {
  try {
    return bedplate::inference::run(argc, argv);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "fake engine: %s\n", problem.what());
    return 1;
  }
}
