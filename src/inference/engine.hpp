// What runs a model, as the rest of the server sees it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "async/admission.hpp"
#include "inference/conversation.hpp"
#include "inference/embedding.hpp"
#include "inference/image_generation.hpp"

namespace bedplate::inference {

/// Why an engine did not give a reply. Each kind has one AWS error (operations/model_errors.hpp).
class EngineError : public std::runtime_error {
 public:
  enum class Kind {
    kContextOverflow,  ///< the prompt is longer than the context; see the token counts
    kInvalidRequest,   ///< the engine refuses the request: its message names the reason
    kBusy,             ///< every slot taken and the queue full, or waited too long
    kNotReady,         ///< still loading, or restarting
    kUnavailable,      ///< cannot be reached or started: missing weights, not GGUF, no engine
    kTimeout,          ///< no token within the deadline
    kFailed,           ///< died, hung up or sent nonsense
  };
  EngineError(Kind kind, const std::string& what) : std::runtime_error(what), kind(kind) {}

  Kind kind;
  int http_status = 0;              ///< what a remote engine answered; 0 when it did not
  std::int64_t prompt_tokens = 0;   ///< kContextOverflow
  std::int64_t context_tokens = 0;  ///< kContextOverflow
};

/// The engine has no way to count tokens: what needs no count can do without.
class CannotCount final : public EngineError {
 public:
  CannotCount()
      : EngineError(Kind::kInvalidRequest,
                    "The engine that serves this model cannot count tokens.") {}
};

/// One set of weights, ready to be asked. Used from every I/O thread at once; a call runs on the
/// caller's thread. Cancelling the calling task frees the engine's slot at once.
class Engine {
 public:
  virtual ~Engine() = default;

  /// For the header `x-bedplate-served-by`: engine and weights, e.g. "llama.cpp/demo-chat.gguf".
  virtual const std::string& served_by() const = 0;

  /// True when the weights are known to see images. An engine that does not know says false and
  /// refuses an image when it gets one that it cannot read.
  virtual bool reads_images() const { return false; }

  /// True when it takes cache points itself, and reports its usage as Bedrock does: input that was
  /// read from or written to a cache is counted beside the input.
  virtual bool caches_prompts() const { return false; }

  /// True when it speaks InvokeModel itself: bodies for vectors and rankings go to invoke().
  virtual bool takes_native_bodies() const { return false; }

  /// What bounds the requests that it works on at once; nullptr: nothing does.
  virtual std::shared_ptr<Admission> admission() const { return nullptr; }

  /// Generates a reply and reports it to `sink`, which must outlive the call. Throws EngineError;
  /// after the first event that means the reply broke off.
  virtual Task<> generate(GenerationRequest request, GenerationSink& sink) = 0;

  /// The input tokens that generate() would report for the same request. Throws EngineError;
  /// CannotCount when there is no way to know.
  virtual Task<std::int64_t> count_tokens(GenerationRequest request) = 0;

  /// Embeds texts. Throws EngineError; kContextOverflow, with the counts of the first such text,
  /// when one is too long, kInvalidRequest when the weights do not embed, as by default.
  virtual Task<EmbeddingReply> embed(EmbeddingRequest request);

  /// Scores documents by their relevance for a query. Throws as embed().
  virtual Task<RerankReply> rerank(RerankRequest request);

  /// Hands a native body on. Throws EngineError; kInvalidRequest, as by default, when it takes
  /// none.
  virtual Task<NativeReply> invoke(NativeRequest request);

  /// Makes images. Throws EngineError; kInvalidRequest when the engine cannot honour what is asked
  /// for, or makes no images at all, as by default.
  virtual Task<ImageReply> make_images(ImageRequest request);
};

/// Gathers the events of a generation, or of several in turn.
class Collector final : public GenerationSink {
 public:
  Task<> on_event(GenerationEvent event) override {
    append(reply, std::move(event));
    co_return;
  }
  GenerationReply reply;
};

/// Runs one generation into a sink.
using Generate = std::function<Task<>(GenerationRequest, GenerationSink&)>;

/// Runs as many generations as the request wants replies, one after the other into one sink, each
/// with a seed of its own. Every reply's end but the last one's is marked as followed.
Task<> generate_in_turn(Generate generate, GenerationRequest request, GenerationSink& sink);

/// The same, handing back the whole.
Task<GenerationReply> collect(Generate generate, GenerationRequest request);
Task<GenerationReply> collect(Engine& engine, GenerationRequest request);

/// What an operator sees of an engine (`bedplate models`, `doctor`).
struct EngineStatus {
  std::string name;
  std::string state;   ///< "stopped", "starting", "ready", "backing off", "failed", "unreachable"
  std::string detail;  ///< the last error, if any
  int slots = 0;
  int slots_busy = 0;
  std::size_t waiting = 0;        ///< requests that wait for a slot
  std::int64_t restarts = 0;      ///< of an embedded engine's process, after it died unasked
  std::int64_t memory_bytes = 0;  ///< resident, of an embedded engine's process
};

}  // namespace bedplate::inference
