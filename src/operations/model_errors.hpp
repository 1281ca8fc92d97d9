// What an engine's failure is called on the wire.
#pragma once

#include "base/api_error.hpp"
#include "inference/bindings.hpp"
#include "inference/engine.hpp"

namespace bedplate::operations {

/// The one mapping from EngineError to AWS errors. `in_converse`: what the model itself refused is
/// prefixed as Converse does. `streaming`: the reply had begun.
ApiError model_error(const inference::EngineError& failure, const inference::CatalogueModel& model,
                     bool in_converse, bool streaming);

/// 403, as for a model that an account has no access to: nothing is bound to it here.
ApiError no_model_access();

/// For a conversation with a model that does not converse: it embeds, ranks or draws.
ApiError no_chat_model();

}  // namespace bedplate::operations
