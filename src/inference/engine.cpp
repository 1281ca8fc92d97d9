#include "inference/engine.hpp"

namespace bedplate::inference {
namespace {

class Collector final : public GenerationSink {
 public:
  Task<> on_event(GenerationEvent event) override {
    append(reply, std::move(event));
    co_return;
  }

  GenerationReply reply;
};

}  // namespace

Task<GenerationReply> collect(Engine& engine, GenerationRequest request) {
  Collector collector;
  co_await engine.generate(std::move(request), collector);
  co_return std::move(collector.reply);
}

}  // namespace bedplate::inference
