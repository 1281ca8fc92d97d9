// Which request is for a door, and for what behind it.
#pragma once

#include <string>
#include <string_view>

#include "observe/api_call.hpp"
#include "operations/doors/door.hpp"

namespace bedplate::operations {

/// What answers a request at a door. `model_id` is the path's last piece, percent-decoded, where
/// the route has one.
using DoorAnswer = Task<> (*)(wire::Request& request, std::string model_id, Context& context,
                              wire::ResponseWriter& writer);

struct DoorRoute {
  DoorAnswer answer = nullptr;
  std::string model_id;
  observe::DoorCall call;  ///< what the audit trail calls it
};

/// The door that a path leads to; nullptr when it is none's, but an AWS operation's or nobody's. No
/// AWS operation has a path below a door's.
const Door* door_at(std::string_view path);

/// The answer for a method and path at a door. Throws ApiError: 404 for a path that is not served,
/// 405 for another method than the path's, which `response_headers` then names in `Allow`.
DoorRoute route_at_door(std::string_view method, std::string_view path,
                        wire::Headers& response_headers);

// The answers, one file each.
Task<> answer_chat_completions(wire::Request& request, std::string model_id, Context& context,
                               wire::ResponseWriter& writer);
Task<> answer_list_models(wire::Request& request, std::string model_id, Context& context,
                          wire::ResponseWriter& writer);
Task<> answer_retrieve_model(wire::Request& request, std::string model_id, Context& context,
                             wire::ResponseWriter& writer);
Task<> answer_embeddings(wire::Request& request, std::string model_id, Context& context,
                         wire::ResponseWriter& writer);
Task<> answer_images(wire::Request& request, std::string model_id, Context& context,
                     wire::ResponseWriter& writer);
Task<> answer_image_edits(wire::Request& request, std::string model_id, Context& context,
                          wire::ResponseWriter& writer);
Task<> answer_messages(wire::Request& request, std::string model_id, Context& context,
                       wire::ResponseWriter& writer);
Task<> answer_count_message_tokens(wire::Request& request, std::string model_id, Context& context,
                                   wire::ResponseWriter& writer);

}  // namespace bedplate::operations
