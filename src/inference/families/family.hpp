// A family: one provider's native InvokeModel body, translated to and from the canonical
// conversation. How to add one: CONTRIBUTING.md.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "inference/conversation.hpp"
#include "inference/model_catalogue.hpp"

namespace bedplate::inference {

/// What Bedrock puts before an error that the model found, not Bedrock itself. Clients look for it.
inline constexpr std::string_view kModelErrorPrefix = "The model returned the following errors: ";

/// The reply ended because there was no room for more.
constexpr bool is_cut_off(StopReason reason) {
  return reason == StopReason::kMaxTokens || reason == StopReason::kContextWindowExceeded;
}

/// What a family needs to know beside the generation to render a reply.
struct ReplyContext {
  const CatalogueModel* model = nullptr;
  std::string model_id;  ///< as the client named it
  std::string request_id;
  Timestamp created;
  bool reports_caching = false;  ///< the model has prompt caching: usage names it even when 0
  /// The native body of the request, for replies that repeat parts of it. Outlives the rendering.
  const boost::json::object* body = nullptr;
  std::int64_t elapsed_ms = 0;  ///< from the request's arrival until this was made
  /// Reasoning goes into a member of its own, as /v1/chat/completions gives it, also where
  /// InvokeModel writes it into the text.
  bool reasoning_apart = false;
};

/// Turns the events of one generation into native stream chunks.
class ChunkRenderer {
 public:
  virtual ~ChunkRenderer() = default;
  /// Appends the chunks that `event` gives. The last one of a GenerationEnd that nothing follows is
  /// the stream's last; the caller adds the invocation metrics to it.
  virtual void render(const GenerationEvent& event, std::vector<boost::json::object>& chunks) = 0;
};

class Family {
 public:
  virtual ~Family() = default;

  /// What the family samples with when the client leaves a parameter out. Converse uses it too.
  virtual SamplingParameters defaults() const = 0;
  /// The same for one of the family's models, where they differ.
  virtual SamplingParameters defaults_of(const CatalogueModel&) const { return defaults(); }
  /// Whether the model thinks without being asked to. parse() sets what the request then says;
  /// Converse, which has no word for it, asks here.
  virtual bool reasons_unasked(const CatalogueModel&) const { return false; }
  /// Reads and validates a body. Throws ApiError with the family's own texts.
  virtual GenerationRequest parse(const boost::json::object& body, const CatalogueModel& model,
                                  bool stream) const = 0;
  /// What Converse has to know beside the members of its own request, before they are read.
  virtual void prepare_converse(GenerationRequest&) const {}
  /// Reads Converse's `additionalModelRequestFields`: members of the native body that Converse has
  /// no place for. Throws ApiError for one that the family does not know.
  virtual void read_additional_fields(const boost::json::object& fields,
                                      GenerationRequest& request) const;
  virtual boost::json::object render(const GenerationReply& reply,
                                     const ReplyContext& context) const = 0;
  virtual std::unique_ptr<ChunkRenderer> chunk_renderer(const ReplyContext& context) const = 0;
};

/// The family of that key (`family` in the catalogue); nullptr when it is not built yet.
const Family* find_family(std::string_view key);

}  // namespace bedplate::inference
