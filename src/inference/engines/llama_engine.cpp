#include "inference/engines/llama_engine.hpp"

#include <unistd.h>

#include <boost/json/parse.hpp>
#include <cstdlib>
#include <fstream>
#include <tuple>

#include "base/log.hpp"
#include "inference/engines/deadline.hpp"
#include "inference/engines/engine_errors.hpp"
#include "inference/engines/engine_log.hpp"
#include "inference/engines/llama_program.hpp"
#include "inference/engines/prompt_scoring.hpp"
#include "inference/engines/timed_generation.hpp"

namespace bedplate::inference {
namespace {

constexpr std::int64_t kLogBytesMax = 8 * 1024 * 1024;
constexpr std::chrono::milliseconds kRoomTimeout{15'000};  ///< for an idle engine to end
constexpr std::chrono::milliseconds kTasksEndTimeout{1'000};
constexpr std::chrono::milliseconds kFreePauseFirst{10};
constexpr std::chrono::milliseconds kFreePauseMax{500};

wire::Endpoint socket_in(const std::filesystem::path& folder, const std::string& name) {
  wire::Endpoint endpoint;
  endpoint.kind = wire::Endpoint::Kind::kUnix;
  endpoint.host = (folder / (name + ".sock")).string();
  return endpoint;
}

/// Resident memory, from /proc; 0 when there is no such process.
std::int64_t resident_bytes(pid_t pid) {
  if (pid <= 0) return 0;
  std::ifstream file(fmt::format("/proc/{}/statm", pid));
  std::int64_t total_pages = 0;
  std::int64_t resident_pages = 0;
  file >> total_pages >> resident_pages;
  return resident_pages * ::sysconf(_SC_PAGESIZE);
}

}  // namespace

/// Keeps the process from being unloaded while a call needs it.
struct LlamaEngine::Use {
  explicit Use(LlamaEngine& engine) : engine(engine) {
    const std::lock_guard lock(engine.mutex_);
    ++engine.uses_;
  }
  ~Use() {
    const std::lock_guard lock(engine.mutex_);
    --engine.uses_;
    engine.last_used_ = SteadyClock::now();
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  LlamaEngine& engine;
};

/// One request's claim on one of the process's slots.
struct LlamaEngine::SlotUse {
  SlotUse(LlamaEngine& engine, Admission::Permit permit)
      : engine(engine), permit(std::move(permit)) {
    engine.progress_.mark();
    const std::lock_guard lock(engine.mutex_);
    ++engine.generating_;
  }
  ~SlotUse() {
    {
      const std::lock_guard lock(engine.mutex_);
      --engine.generating_;
    }
    if (occupied) engine.linger(std::move(permit));
  }
  SlotUse(const SlotUse&) = delete;
  SlotUse& operator=(const SlotUse&) = delete;
  LlamaEngine& engine;
  Admission::Permit permit;
  bool occupied = false;  ///< the process may be working on the request
};

/// What a launch needs to know.
struct LlamaEngine::Launch {
  std::filesystem::path program;
  WeightsFacts facts;
  std::int64_t log_size_bytes = 0;
};

LlamaEngine::LlamaEngine(EngineOptions options, LlamaSurroundings surroundings, Executor home)
    : options_(std::move(options)),
      llama_(std::get<LlamaCppOptions>(options_.kind)),
      around_(std::move(surroundings)),
      home_(home),
      served_by_("llama.cpp/" + llama_.weights.filename().string()),
      endpoint_(socket_in(around_.run_dir, options_.name)),
      log_file_(around_.run_dir / "logs" / (options_.name + ".log")),
      slots_(std::make_shared<Admission>(static_cast<std::size_t>(llama_.slots), llama_.queue_max)),
      tasks_("engine " + options_.name),
      process_(std::make_shared<SupervisedProcess>(
          options_.name, static_cast<SupervisedProgram&>(*this),
          SupervisedProcess::Means{home, around_.launching, around_.launcher,
                                   around_.supervision})) {}

void LlamaEngine::start_watching() {
  process_->start_watching();
  tasks_.spawn(home_, watch());
  if (llama_.load_at_start) process_->want();
}

// ---- Requests

Task<> LlamaEngine::generate(GenerationRequest request, GenerationSink& sink) {
  const auto self = shared_from_this();
  const Use use(*this);
  Admission::Permit permit = co_await take_turn(*slots_, options_.queue_wait_max, request.claim);
  const auto server = co_await ready_server();
  refuse_unless_for(LlamaTask::kGenerate);
  GenerationCall call = generation_call(request, server->traits, server->model);
  request = {};  // may be megabytes
  SlotUse slot(*this, std::move(permit));
  TimedGeneration generation(options_, sink, &progress_);
  Task<> asking = ask(server, std::move(call), generation.context());
  co_await or_hangs(generation.run(occupy(slot, std::move(asking))));
}

/// llama-server itself would answer with an error of its own making, or with nonsense.
void LlamaEngine::refuse_unless_for(LlamaTask wanted) const {
  const std::lock_guard lock(mutex_);
  const bool ranks_by_vectors = wanted == LlamaTask::kRank && task_ == LlamaTask::kEmbed;
  if (task_ == wanted || ranks_by_vectors) return;
  const char* what = wanted == LlamaTask::kGenerate ? "generate no text: they embed or rank"
                     : wanted == LlamaTask::kEmbed  ? "do not embed"
                                                    : "do not rank";
  throw EngineError(EngineError::Kind::kInvalidRequest,
                    fmt::format("The weights that serve this model {}.", what));
}

Task<> LlamaEngine::ask(std::shared_ptr<const OpenAiServer> server, GenerationCall call,
                        GenerationContext& context) {
  const ReplyShape shape = call.reply;
  if (call.scoring) {
    PromptScoring scoring = std::move(*call.scoring);
    context.prompt_tokens = co_await score_prompt(*around_.client, *server, std::move(scoring));
  }
  auto response = co_await open_generation(*around_.client, *server, std::move(call));
  co_await follow_generation(*response, shape, context);
}

/// Runs what a slot works on, and notes when the slot is free again.
Task<> LlamaEngine::occupy(SlotUse& slot, Task<> work) {
  slot.occupied = true;
  try {
    co_await std::move(work);
    slot.occupied = false;
  } catch (const EngineError& error) {
    if (error.http_status != 0) slot.occupied = false;  // refused
    throw;
  } catch (const wire::ClientError& problem) {
    if (problem.phase != wire::ClientError::Phase::kConnect) throw error_from_transport(problem);
    slot.occupied = false;
    throw EngineError(EngineError::Kind::kNotReady, "The model is being loaded again.");
  }
}

/// A process that does not answer in time may hang.
Task<> LlamaEngine::or_hangs(Task<> work) {
  try {
    co_await std::move(work);
  } catch (const EngineError& error) {
    if (error.kind == EngineError::Kind::kTimeout) tasks_.spawn(home_, check_for_hang());
    throw;
  }
}

Task<> LlamaEngine::count(std::shared_ptr<const OpenAiServer> server, GenerationRequest request,
                          std::int64_t& tokens) {
  tokens = co_await count_tokens_of(*around_.client, *server, std::move(request));
}

Task<std::int64_t> LlamaEngine::count_tokens(GenerationRequest request) {
  const auto self = shared_from_this();
  const Use use(*this);
  const auto server = co_await ready_server();
  std::int64_t tokens = 0;
  co_await run_in_time(options_.first_token_timeout, count(server, std::move(request), tokens),
                       "The engine did not count in time.");
  co_return tokens;
}

/// Runs a call that is answered as a whole, in a slot.
Task<> LlamaEngine::call(ServerCall& call, LlamaTask task, SlotClaim claim) {
  const auto self = shared_from_this();
  const Use use(*this);
  Admission::Permit permit = co_await take_turn(*slots_, options_.queue_wait_max, std::move(claim));
  const auto server = co_await ready_server();
  refuse_unless_for(task);
  SlotUse slot(*this, std::move(permit));
  Task<> asking = occupy(slot, call.run(*around_.client, *server));
  co_await or_hangs(run_in_time(options_.first_token_timeout, std::move(asking),
                                "The model gave no answer in time."));
}

Task<std::shared_ptr<const OpenAiServer>> LlamaEngine::ready_server() {
  co_await process_->until_ready(SteadyClock::now() + options_.queue_wait_max);
  const std::lock_guard lock(mutex_);
  if (!server_) {
    throw EngineError(EngineError::Kind::kNotReady, "The model is being loaded again.");
  }
  co_return server_;
}

// ---- The process

void LlamaEngine::look_around_blocking(Launch& launch) const {
  const char* search_path = std::getenv("PATH");
  launch.program = find_llama_server_blocking(around_.llama_server, search_path ? search_path : "",
                                              around_.engine_prefix);
  launch.facts = read_weights_blocking(llama_.weights);
  // The projector is weights, too: it must be there, and it takes memory.
  if (!llama_.projector.empty()) {
    launch.facts.size_bytes += read_weights_blocking(llama_.projector).size_bytes;
  }
  bound_log_blocking(log_file_, kLogBytesMax);
  std::error_code missing;
  const auto size = std::filesystem::file_size(log_file_, missing);
  launch.log_size_bytes = missing ? 0 : static_cast<std::int64_t>(size);
  // llama-server neither takes a stale socket over nor removes its own.
  std::filesystem::remove(endpoint_.host, missing);
}

Task<ChildCommand> LlamaEngine::prepare() {
  auto launch = std::make_shared<Launch>();
  auto look = [self = shared_from_this(), launch] { self->look_around_blocking(*launch); };
  co_await on(*around_.launching, std::move(look));
  const LlamaSize size = size_of_engine(llama_, launch->facts, around_.memory->total_bytes());
  co_await around_.memory->reserve(*this, size.memory_bytes, kRoomTimeout);
  {
    const std::lock_guard lock(mutex_);
    log_offset_bytes_ = launch->log_size_bytes;
    task_ = size.task;
  }
  ChildCommand command;
  command.arguments = llama_arguments(launch->program, llama_, size, endpoint_.host);
  command.environment = llama_environment(environ);
  command.log_file = log_file_;
  co_return command;
}

Task<bool> LlamaEngine::answers() {
  OpenAiServer server{.endpoint = endpoint_};
  try {
    const ServerAnswer health = co_await ask_server(*around_.client, server, "GET", "/health", "");
    if (health.status != 200) co_return false;
    server.traits = co_await probe_server(*around_.client, server);
  } catch (const wire::ClientError&) {
    co_return false;
  } catch (const EngineError&) {
    co_return false;
  }
  // Whatever it says of itself: we know what we started.
  server.traits.dialect = Dialect::kLlamaCpp;
  const std::lock_guard lock(mutex_);
  server_ = std::make_shared<const OpenAiServer>(std::move(server));
  co_return true;
}

std::string LlamaEngine::ended(const std::string& how, bool while_starting) {
  std::int64_t offset = 0;
  {
    const std::lock_guard lock(mutex_);
    offset = log_offset_bytes_;
  }
  // A few lines: not worth a detour by another thread.
  const std::string error =
      while_starting ? first_error_blocking(log_file_, offset) : std::string();
  return error.empty() ? fmt::format("llama-server {}", how)
                       : fmt::format("llama-server {}: {}", how, error);
}

void LlamaEngine::over() {
  around_.memory->release(*this);
  const std::lock_guard lock(mutex_);
  server_.reset();
}

void LlamaEngine::before_end() {
  around_.client->forget(endpoint_);
}

SteadyClock::time_point LlamaEngine::last_used() const {
  const std::lock_guard lock(mutex_);
  return last_used_;
}

bool LlamaEngine::try_unload() {
  const std::lock_guard lock(mutex_);
  if (uses_ > 0 || closed_) return false;
  // Under the lock, so that no call can begin to use it in between.
  process_->stop();
  return true;
}

EngineStatus LlamaEngine::status() const {
  const SupervisedProcess::Status process = process_->status();
  EngineStatus status;
  status.name = options_.name;
  status.state = name_of(process.state);
  status.detail = process.trouble;
  status.slots = llama_.slots;
  status.memory_bytes = resident_bytes(process.pid);
  status.restarts = process.crashes;
  const std::lock_guard lock(mutex_);
  status.slots_busy = generating_ + static_cast<int>(lingering_.size());
  return status;
}

void LlamaEngine::stop_blocking() {
  std::vector<Admission::Permit> lingering;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    lingering.swap(lingering_);
  }
  tasks_.stop();
  process_->stop_blocking();
  tasks_.wait_blocking(kTasksEndTimeout);
  std::error_code ignored;
  std::filesystem::remove(endpoint_.host, ignored);
}

// ---- Slots of requests that were given up

/// A request whose client hung up is cancelled by closing its connection, which llama-server
/// notices at its next token. Until then its slot is taken, and so is the permit.
void LlamaEngine::linger(Admission::Permit permit) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    lingering_.push_back(std::move(permit));
    if (std::exchange(freeing_, true)) return;
  }
  tasks_.spawn(home_, free_lingering());
}

Task<> LlamaEngine::count_busy_slots(int& busy) {
  const OpenAiServer server{.endpoint = endpoint_};
  const ServerAnswer answer = co_await ask_server(*around_.client, server, "GET", "/slots", "");
  boost::system::error_code malformed;
  const boost::json::value slots = boost::json::parse(answer.body, malformed);
  busy = 0;
  if (malformed || !slots.is_array()) co_return;
  for (const boost::json::value& slot : slots.get_array()) {
    const boost::json::value* processing =
        slot.is_object() ? slot.get_object().if_contains("is_processing") : nullptr;
    if (processing && processing->is_bool() && processing->get_bool()) ++busy;
  }
}

Task<> LlamaEngine::free_lingering() {
  const auto self = shared_from_this();
  Timer timer(co_await boost::asio::this_coro::executor);
  for (auto pause = kFreePauseFirst;; pause = std::min(pause * 2, kFreePauseMax)) {
    timer.expires_after(pause);
    co_await timer.async_wait(use_task);
    int busy = 0;  // also when it cannot be asked: then it has no slots
    try {
      if (process_->is_ready()) {
        const Deadline deadline(around_.hang_probe_timeout);
        std::ignore = co_await run_until(deadline, count_busy_slots(busy));
      }
    } catch (const wire::ClientError&) {
    }
    std::vector<Admission::Permit> freed;
    const std::lock_guard lock(mutex_);
    const auto still = static_cast<std::size_t>(std::max(0, busy - generating_));
    while (lingering_.size() > still) {
      freed.push_back(std::move(lingering_.back()));
      lingering_.pop_back();
    }
    if (!lingering_.empty()) continue;
    freeing_ = false;
    co_return;
  }
}

// ---- Watching

Task<> LlamaEngine::watch() {
  const auto self = shared_from_this();
  Timer timer(co_await boost::asio::this_coro::executor);
  for (;;) {
    timer.expires_after(around_.watch_interval);
    co_await timer.async_wait(use_task);
    // When the pool is full, the next round will do.
    around_.launching->try_submit([path = log_file_] { bound_log_blocking(path, kLogBytesMax); });
    bool generating = false;
    {
      const std::lock_guard lock(mutex_);
      generating = generating_ > 0;
    }
    if (generating && SteadyClock::now() - progress_.at() > around_.silence_max) {
      co_await check_for_hang();
    }
  }
}

/// Asks something that llama-server answers between two batches, not from a thread of its own.
Task<> LlamaEngine::check_for_hang() {
  const auto self = shared_from_this();
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(probing_, true)) co_return;
  }
  const auto began = SteadyClock::now();
  bool answered = false;
  try {
    int busy = 0;
    const Deadline deadline(around_.hang_probe_timeout);
    answered = co_await run_until(deadline, count_busy_slots(busy));
  } catch (const wire::ClientError&) {
  }
  {
    const std::lock_guard lock(mutex_);
    probing_ = false;
  }
  if (!answered && progress_.at() < began) process_->report_hung("llama-server does not react");
}

}  // namespace bedplate::inference
