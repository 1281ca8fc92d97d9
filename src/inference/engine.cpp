#include "inference/engine.hpp"

namespace bedplate::inference {
Task<GenerationReply> collect(Engine& engine, GenerationRequest request) {
  Collector collector;
  co_await engine.generate(std::move(request), collector);
  co_return std::move(collector.reply);
}

}  // namespace bedplate::inference
