// `bedplate_load`: the bench's client. Prints what it measured as one JSON object.
//
// One thread, HTTP/1.1. Signs when AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are in the
// environment, as AWS's own clients do.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <cstdlib>

#include "closed_loop.hpp"
#include "stream_fleet.hpp"

namespace bedplate::bench {
namespace {

struct Arguments {
  std::string url;
  std::string path;
  std::string body;
  double seconds = 2;
  double warm_up_seconds = 0.5;
  double ramp_seconds = 2.5;
  std::string format = "events";
  ClosedLoopOptions loop;
  StreamFleetOptions fleet;
};

std::chrono::milliseconds milliseconds_of(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1e3));
}

std::string environment(const char* name, const char* otherwise = "") {
  const char* value = std::getenv(name);
  return value ? value : otherwise;
}

RequestPlan plan_of(const Arguments& arguments) {
  RequestPlan plan;
  plan.endpoint = wire::parse_endpoint(arguments.url);
  plan.path = arguments.path;
  plan.body = arguments.body;
  const std::string id = environment("AWS_ACCESS_KEY_ID");
  if (!id.empty()) plan.key = identity::AccessKey{id, environment("AWS_SECRET_ACCESS_KEY"), ""};
  plan.region = environment("AWS_REGION", "us-east-1");
  return plan;
}

void add_request_options(CLI::App& command, Arguments& arguments) {
  command.add_option("--url", arguments.url, "http://127.0.0.1:PORT or unix:/path")->required();
  command.add_option("--path", arguments.path, "Of each request, as sent")->required();
  command.add_option("--body", arguments.body, "Of each request: JSON")->required();
}

void allow_many_files() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int run(int argc, char** argv) {
  CLI::App program{"The bench's load generator."};
  program.require_subcommand(1);
  Arguments arguments;

  CLI::App& requests = *program.add_subcommand("requests", "Closed loop on some connections");
  add_request_options(requests, arguments);
  requests.add_option("--connections", arguments.loop.connections);
  requests.add_option("--seconds", arguments.seconds, "Measured time");
  requests.add_option("--warm-up-seconds", arguments.warm_up_seconds, "Before that");
  requests.add_option("--rate", arguments.loop.requests_per_second,
                      "Requests per second of each connection; default: one after the other");
  requests.add_option("--requests-max", arguments.loop.requests_max, "Ends after that many");

  CLI::App& streams = *program.add_subcommand("streams", "Streams, read to their ends");
  add_request_options(streams, arguments);
  streams.add_option("--streams", arguments.fleet.streams);
  streams.add_option("--tokens", arguments.fleet.tokens, "That each must bring");
  streams.add_option("--ramp-seconds", arguments.ramp_seconds, "In which they are opened");
  streams.add_option("--format", arguments.format, "events (ConverseStream) or sse")
      ->check(CLI::IsMember({"events", "sse"}));
  CLI11_PARSE(program, argc, argv);

  allow_many_files();
  boost::json::object result;
  if (requests.parsed()) {
    arguments.loop.duration = milliseconds_of(arguments.seconds);
    arguments.loop.warm_up = milliseconds_of(arguments.warm_up_seconds);
    result = run_closed_loop(plan_of(arguments), arguments.loop);
  } else {
    arguments.fleet.ramp = milliseconds_of(arguments.ramp_seconds);
    arguments.fleet.event_stream = arguments.format == "events";
    result = run_stream_fleet(plan_of(arguments), arguments.fleet);
  }
  std::puts(boost::json::serialize(result).c_str());
  return 0;
}

}  // namespace
}  // namespace bedplate::bench

int main(int argc, char** argv) {
  try {
    return bedplate::bench::run(argc, argv);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "bedplate_load: %s\n", problem.what());
    return 1;
  }
}
