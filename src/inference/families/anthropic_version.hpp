// The versions of Anthropic's Messages API and what each refuses. Facts: Anthropic's pages
// "Versions" and "Migrating to API version 2026-10-21"; recorded bodies of its SDK's Bedrock
// client, which names the version in `anthropic_version` since its 2.0.
#pragma once

#include <boost/json.hpp>
#include <string_view>

namespace bedplate::inference {

inline constexpr std::string_view kMessages2023 = "bedrock-2023-05-31";
inline constexpr std::string_view kMessages2026 = "2026-10-21";

/// Whether an InvokeModel body may name it. AWS takes 2026-10-21 for Claude 4.7 and later only;
/// here every model does, since the SDK sends it for all of them.
bool is_messages_version(std::string_view version);

/// Throws ValidationException for what `version` no longer takes.
void check_messages_version(std::string_view version, const boost::json::object& body);

}  // namespace bedplate::inference
