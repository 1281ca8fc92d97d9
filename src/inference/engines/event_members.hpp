// Members of the events that an upstream streams, as far as its protocols agree.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "inference/engine.hpp"

namespace bedplate::inference {

/// kFailed: the upstream's reply makes no sense, or cannot be handed on.
EngineError broken_reply(const std::string& what);

/// One event's data. Throws broken_reply() when it is no JSON object.
boost::json::object event_of(std::string_view data);

/// nullptr when there is no such object.
const boost::json::object* find_object(const boost::json::object& from, std::string_view name);
/// The same, but throws broken_reply().
const boost::json::object& object_in(const boost::json::object& from, std::string_view name);
/// Empty when there is no such text.
std::string text_in(const boost::json::object& from, std::string_view name);
/// Nothing when there is no such whole number of 0 or more.
std::optional<std::int64_t> count_in(const boost::json::object& from, std::string_view name);

/// Why Claude says, and with it Converse, that a reply ended. Throws broken_reply() for a reason
/// that is none of ours.
StopReason stop_reason_named(const std::string& name);

}  // namespace bedplate::inference
