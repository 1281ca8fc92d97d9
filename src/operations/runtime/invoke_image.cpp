#include "operations/runtime/invoke_image.hpp"

#include "inference/families/image_family.hpp"
#include "operations/runtime/image_making.hpp"
#include "operations/runtime/invoke_request.hpp"

namespace bedplate::operations {

bool makes_images(const inference::CatalogueModel& model) {
  return inference::find_image_family(model.family) != nullptr;
}

Task<api::runtime::InvokeModelResponse> invoke_image(Context& context,
                                                     inference::ResolvedModel resolved,
                                                     api::runtime::InvokeModelRequest request) {
  const auto* family = inference::find_image_family(resolved.model->family);
  boost::json::object body = inference::parse_body_object(native_body(request.body));
  request.body.reset();
  inference::ImageRequest wish = family->parse(body, *resolved.model);
  body = {};  // may be megabytes
  const inference::ImageReply reply =
      co_await make_images(context, std::move(resolved), std::move(wish));

  context.response_headers.add("X-Amzn-Bedrock-Invocation-Latency",
                               std::to_string(context.elapsed_ms()));
  api::runtime::InvokeModelResponse response;
  if (family->sends_bare_image() && request.accept == "image/png") {
    response.contentType = "image/png";
    response.body = reply.images.front();
  } else {
    response.contentType = "application/json";
    response.body = boost::json::serialize(family->render(reply));
  }
  response.performanceConfigLatency = request.performanceConfigLatency;
  response.serviceTier = request.serviceTier;
  co_return response;
}

}  // namespace bedplate::operations
