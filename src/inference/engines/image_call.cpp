#include "inference/engines/image_call.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/bytes.hpp"
#include "inference/engines/engine_errors.hpp"
#include "inference/engines/multipart_form.hpp"

namespace bedplate::inference {
namespace {
namespace json = boost::json;

EngineError broken(const char* what) {
  return EngineError(EngineError::Kind::kFailed, what);
}

/// A value as a form's field.
std::string field_text(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

void add_image(MultipartForm& form, std::string_view name, const InputImage& image) {
  form.add_file(name, "image." + image.format, "image/" + image.format, image.bytes);
}

}  // namespace

Task<> ImageCall::run(wire::Client& client, OpenAiServer server) {
  const auto all = static_cast<std::size_t>(request_.count);
  // One at a time where there are seeds: each image then comes from its own, and can be had again.
  const bool one_by_one = takes_seeds(server.traits.dialect);
  if (!one_by_one) reply_ = {};
  while (reply_.images.size() < all) {
    const auto missing = static_cast<int>(all - reply_.images.size());
    co_await ask(client, server, one_by_one ? 1 : missing);
  }
}

Task<> ImageCall::ask(wire::Client& client, OpenAiServer server, int count) {
  const std::int64_t seed = request_.seed.value + static_cast<std::int64_t>(reply_.images.size());
  const json::object members = image_members(request_, server, count, seed);
  const bool seeded = takes_seeds(server.traits.dialect);
  std::string body;
  std::string content_type = "application/json";
  const bool edit = !request_.images.empty();
  if (edit) {
    MultipartForm form;
    for (const auto& [name, value] : members) form.add_field(name, field_text(value));
    for (const InputImage& image : request_.images) {
      add_image(form, request_.images.size() == 1 ? "image" : "image[]", image);
    }
    if (request_.mask) add_image(form, "mask", request_.mask->image);
    content_type = form.content_type();
    body = std::move(form).take_body();
  } else {
    body = json::serialize(members);
  }
  const ServerAnswer answer = co_await ask_server(
      client, std::move(server), "POST", edit ? "/v1/images/edits" : "/v1/images/generations",
      std::move(body), std::move(content_type));
  if (answer.status != 200) throw error_from_response(answer.status, answer.body);
  read(answer.body, count);
  if (seeded) reply_.seeds.push_back(seed);
}

void ImageCall::read(const std::string& answer, int count) {
  boost::system::error_code malformed;
  const json::value value = json::parse(answer, malformed);
  if (malformed || !value.is_object()) throw broken("The engine's images are no JSON object.");
  const json::value* data = value.get_object().if_contains("data");
  if (data == nullptr || !data->is_array() ||
      data->get_array().size() != static_cast<std::size_t>(count)) {
    throw broken("The engine sent another number of images than it was asked for.");
  }
  for (const json::value& item : data->get_array()) {
    const json::object* image = item.if_object();
    const json::value* text = image != nullptr ? image->if_contains("b64_json") : nullptr;
    if (text == nullptr || !text->is_string()) {
      throw broken("The engine sent no image, or a link instead of it.");
    }
    auto bytes = base64_decode(text->get_string());
    if (!bytes || bytes->empty()) throw broken("The engine's image is no base64.");
    reply_.images.push_back(std::move(*bytes));
  }
}

}  // namespace bedplate::inference
