// A request for images in the words of OpenAI's protocol (/v1/images/generations, /v1/images/edits)
// and its dialects: docs/image-generation.md.
#pragma once

#include <boost/json/object.hpp>

#include "inference/engines/server_call.hpp"
#include "inference/image_generation.hpp"

namespace bedplate::inference {

class ImageCall final : public ServerCall {
 public:
  explicit ImageCall(ImageRequest request) : request_(std::move(request)) {}

  /// Keeps what another server made before it failed.
  Task<> run(wire::Client& client, OpenAiServer server) override;

  /// Once run() has ended well.
  ImageReply take_reply() { return std::move(reply_); }

 private:
  Task<> ask(wire::Client& client, OpenAiServer server, int count);
  void read(const std::string& answer, int count);

  const ImageRequest request_;
  ImageReply reply_;
};

/// The members of a request for `count` images whose first one has `seed`; the same ones are the
/// fields of an edit's form. Throws EngineError (kInvalidRequest) naming what such a server would
/// leave out in silence.
boost::json::object image_members(const ImageRequest& request, const OpenAiServer& server,
                                  int count, std::int64_t seed);

/// Whether such a server makes an image of a given seed.
bool takes_seeds(Dialect dialect);

}  // namespace bedplate::inference
