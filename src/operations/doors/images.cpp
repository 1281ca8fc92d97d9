// POST /v1/images/generations and /v1/images/edits: OpenAI's images API, for every model that makes
// images of text, or of text and images.
#include <fmt/format.h>

#include <chrono>

#include "inference/families/image_family.hpp"
#include "inference/families/image_parts.hpp"
#include "operations/authorization/authorization.hpp"
#include "operations/doors/door_generation.hpp"
#include "operations/doors/door_router.hpp"
#include "operations/doors/images_request.hpp"
#include "operations/runtime/image_making.hpp"

namespace bedplate::operations {
namespace {
namespace json = boost::json;

/// What the reply says of the images beside their bytes.
json::object head_of(const inference::ImageRequest& wish, Timestamp now) {
  json::object head;
  head["created"] = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  head["output_format"] = wish.format;
  // An edit that leaves the size open has its image's.
  if (wish.width_px > 0) head["size"] = fmt::format("{}x{}", wish.width_px, wish.height_px);
  return head;
}

Task<> draw(ImagesRequest asked, Context& context, wire::ResponseWriter& writer) {
  co_await authorization::authorize_model_call(context, "bedrock:InvokeModel", asked.model);
  inference::ResolvedModel resolved = co_await resolve_at_door(context, asked.model);
  const auto* family = inference::find_image_family(resolved.model->family);
  if (family == nullptr) {
    ApiError error = errors::validation("The model that you provided makes no images.");
    error.parameter = "#/model";
    throw error;
  }
  family->complete(asked.wish);
  // Whoever asks twice wants two images, and OpenAI's API has no seed to say so.
  constexpr std::int64_t kSeedMax = 2'147'483'646;
  asked.wish.seed.value = inference::random_seed(kSeedMax);
  json::object answer = head_of(asked.wish, context.services.clock.now());
  const inference::ImageReply reply =
      co_await make_images(context, std::move(resolved), std::move(asked.wish));
  json::array data;
  for (json::value& image : inference::base64_images(reply)) {
    json::object item;
    item["b64_json"] = std::move(image);
    data.push_back(std::move(item));
  }
  answer["data"] = std::move(data);
  std::string body = json::serialize(answer);
  co_await openai_door().send_json(std::move(body), context, writer);
}

}  // namespace

Task<> answer_images(wire::Request& request, std::string, Context& context,
                     wire::ResponseWriter& writer) {
  ImagesRequest asked = read_images_request(request.body);
  request.body = {};
  co_await draw(std::move(asked), context, writer);
}

Task<> answer_image_edits(wire::Request& request, std::string, Context& context,
                          wire::ResponseWriter& writer) {
  ImagesRequest asked = read_image_edits_request(request.headers.get("content-type"), request.body);
  request.body = {};
  co_await draw(std::move(asked), context, writer);
}

}  // namespace bedplate::operations
