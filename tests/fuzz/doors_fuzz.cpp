// Requests at the doors: whatever arrives is routed and read, or refused with an ApiError that both
// doors can render; what one door renders is JSON again.
#include <boost/json.hpp>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/api_error.hpp"
#include "inference/families/families.hpp"
#include "inference/families/image_family.hpp"
#include "operations/doors/chat_request.hpp"
#include "operations/doors/door_router.hpp"
#include "operations/doors/form_data.hpp"
#include "operations/doors/images_request.hpp"
#include "operations/doors/message_request.hpp"

namespace {

using namespace bedplate;

const inference::CatalogueModel& model() {
  static const inference::CatalogueModel guessed = inference::guess_model("fuzz.model");
  return guessed;
}

void check_rendering(const ApiError& error) {
  for (const operations::Door* door : {&operations::openai_door(), &operations::anthropic_door()}) {
    const int status = door->http_status_of(error);
    if (status < 400 || status > 599) std::abort();
    boost::json::error_code problem;
    boost::json::parse(door->error_body(error, "id"), problem);
    if (problem) std::abort();
    const std::string event = door->error_event(error, "id");
    if (!event.ends_with("\n\n") || event.find("\n\n") != event.size() - 2) std::abort();
  }
}

void route(std::string_view method, std::string_view path) {
  if (operations::door_at(path) == nullptr) return;
  wire::Headers headers;
  operations::route_at_door(method, path, headers);
}

void read_chat(std::string_view body) {
  const operations::ChatRequest request = operations::read_chat_request(body);
  if (request.model.empty()) std::abort();
  inference::openai_chat().parse(request.native, model(), request.stream);
}

void read_message(wire::Request request) {
  const operations::MessageRequest message = operations::read_message_request(request);
  if (message.model.empty()) std::abort();
  inference::anthropic_messages().parse(message.native, model(), message.stream);
}

void complete(const operations::ImagesRequest& request) {
  if (request.wish.count < 1 || request.wish.prompts.size() != 1) std::abort();
  for (const char* family : {"titan-image", "nova-canvas", "stability-sdxl", "stability-sd3"}) {
    inference::ImageRequest wish = request.wish;
    try {
      inference::find_image_family(family)->complete(wish);
      const bool sized = wish.width_px > 0 && wish.height_px > 0;
      if (!sized && wish.images.empty()) std::abort();
    } catch (const ApiError& error) {
      check_rendering(error);
    }
  }
}

// Parts lie in the body, one behind the other.
void read_form(std::string_view content_type, std::string_view body) {
  const char* behind = body.data();
  for (const operations::FormPart& part : operations::read_form_data(content_type, body)) {
    if (part.name.empty()) std::abort();
    if (part.content.data() < behind) std::abort();
    behind = part.content.data() + part.content.size();
    if (behind > body.data() + body.size()) std::abort();
  }
}

template <class Read>
void try_to(Read read) {
  try {
    read();
  } catch (const ApiError& error) {
    check_rendering(error);
  }
}

// Takes a line off the front.
std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

}  // namespace

// A line for the method and path, one for the version header, which is a form's Content-Type as
// well, one for the betas', and the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const std::string_view line = take_line(rest);
  const std::size_t blank = std::min(line.find(' '), line.size());
  wire::Request request;
  request.headers.add("anthropic-version", std::string(take_line(rest)));
  request.headers.add("anthropic-beta", std::string(take_line(rest)));
  request.body = rest;
  const std::string form_type(request.headers.get("anthropic-version"));
  try_to([&] { route(line.substr(0, blank), line.substr(std::min(blank + 1, line.size()))); });
  try_to([&] { complete(operations::read_images_request(rest)); });
  try_to([&] { read_form(form_type, rest); });
  try_to([&] { complete(operations::read_image_edits_request(form_type, rest)); });
  try_to([&] { read_chat(rest); });
  try_to([&] { read_message(std::move(request)); });
  return 0;
}
