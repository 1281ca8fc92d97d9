// The embedded engine: a llama-server child that serves one weights file.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "async/admission.hpp"
#include "async/blocking_pool.hpp"
#include "inference/engines.hpp"
#include "inference/engines/memory_budget.hpp"
#include "inference/engines/openai_server.hpp"
#include "inference/engines/server_call.hpp"
#include "inference/engines/supervised_process.hpp"

namespace bedplate::inference {

/// What all embedded engines of a server have in common.
struct LlamaSurroundings {
  wire::Client* client;
  BlockingPool* launching;  ///< one long-lived thread: see ProcessLauncher
  std::shared_ptr<ProcessLauncher> launcher;
  std::shared_ptr<MemoryBudget> memory;
  std::filesystem::path run_dir;
  std::filesystem::path llama_server;
  std::filesystem::path engine_prefix;
  SupervisionLimits supervision;
  std::chrono::milliseconds watch_interval{5'000};
  /// Generating, but without any sign of work for so long, the process is asked whether it lives,
  std::chrono::milliseconds silence_max{30'000};
  /// and killed when it does not answer within this. An engine that computes a large batch is
  /// silent too, hence the patience.
  std::chrono::milliseconds hang_probe_timeout{60'000};
};

class LlamaEngine final : public Engine,
                          public std::enable_shared_from_this<LlamaEngine>,
                          private SupervisedProgram,
                          private MemoryTenant {
 public:
  /// `options.kind` must hold LlamaCppOptions. `home`: the loop of the supervision.
  LlamaEngine(EngineOptions options, LlamaSurroundings surroundings, Executor home);

  /// Begins to watch, and loads when the options say so. Call it once.
  void start_watching();

  const std::string& served_by() const override { return served_by_; }
  bool reads_images() const override { return !llama_.projector.empty(); }
  std::shared_ptr<Admission> admission() const override { return slots_; }
  Task<> generate(GenerationRequest request, GenerationSink& sink) override;
  Task<std::int64_t> count_tokens(GenerationRequest request) override;
  Task<EmbeddingReply> embed(EmbeddingRequest request) override;
  Task<RerankReply> rerank(RerankRequest request) override;

  EngineStatus status() const;
  void stop_blocking();

 private:
  struct Use;
  struct SlotUse;
  struct Launch;

  // SupervisedProgram
  Task<ChildCommand> prepare() override;
  Task<bool> answers() override;
  std::string ended(const std::string& how, bool while_starting) override;
  void over() override;
  void before_end() override;
  // MemoryTenant
  SteadyClock::time_point last_used() const override;
  bool try_unload() override;

  void look_around_blocking(Launch& launch) const;
  Task<std::shared_ptr<const OpenAiServer>> ready_server();
  void refuse_unless_for(LlamaTask wanted) const;
  Task<> ask(std::shared_ptr<const OpenAiServer> server, GenerationCall call,
             GenerationContext& context);
  Task<> occupy(SlotUse& slot, Task<> work);
  Task<> or_hangs(Task<> work);
  Task<> count(std::shared_ptr<const OpenAiServer> server, GenerationRequest request,
               std::int64_t& tokens);
  Task<> call(ServerCall& call, LlamaTask task, SlotClaim claim);
  Task<> count_busy_slots(int& busy);
  Task<> watch();
  Task<> free_lingering();
  void linger(Admission::Permit permit);
  Task<> check_for_hang();

  const EngineOptions options_;
  const LlamaCppOptions& llama_;
  const LlamaSurroundings around_;
  const Executor home_;
  const std::string served_by_;
  const wire::Endpoint endpoint_;
  const std::filesystem::path log_file_;
  const std::shared_ptr<Admission> slots_;
  Progress progress_;
  TaskGroup tasks_;
  std::shared_ptr<SupervisedProcess> process_;

  mutable std::mutex mutex_;  ///< guards what follows
  std::shared_ptr<const OpenAiServer> server_;
  LlamaTask task_ = LlamaTask::kGenerate;  ///< what the process was started for
  int uses_ = 0;                           ///< calls that need the process
  int generating_ = 0;                     ///< requests that may occupy a slot of it
  SteadyClock::time_point last_used_{};
  std::int64_t log_offset_bytes_ = 0;         ///< where this launch's log begins
  std::vector<Admission::Permit> lingering_;  ///< of given-up requests: see linger()
  bool freeing_ = false;
  bool probing_ = false;
  bool closed_ = false;
};

}  // namespace bedplate::inference
