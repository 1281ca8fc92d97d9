// A conversation as the `messages` and `tools` of OpenAI's chat completions.
#pragma once

#include <boost/json/array.hpp>
#include <string>
#include <vector>

#include "inference/conversation.hpp"

namespace bedplate::inference {

/// Text blocks of one message are joined, the user's and the system's by a line feed as the servers
/// themselves do it, the assistant's by nothing. Images become data URIs, documents text between
/// tags, tool results messages of their own.
boost::json::array chat_messages(const Conversation& conversation);

boost::json::array chat_tools(const std::vector<Tool>& tools);

/// True when some message holds an image.
bool holds_images(const Conversation& conversation);

}  // namespace bedplate::inference
