// How many tokens of its quota a request may take, before anything has counted them.
#pragma once

#include "inference/embedding.hpp"
#include "inference/model_catalogue.hpp"
#include "operations/quotas/quota_ledger.hpp"

namespace bedplate::inference {
struct GenerationRequest;
}

namespace bedplate::operations {

/// Fewer than almost any tokenizer makes of text: an estimate must not refuse what counting would
/// allow. English has about 4.4 bytes a token, most else fewer.
std::int64_t estimated_tokens(std::size_t bytes);

/// A generation's input that is new (what stands before its last cache point may come out of the
/// cache, which is free) and the longest reply. Images and documents in binary formats are counted
/// when the engine has read them. Looks at lengths only.
TokenDemand demand_of(const inference::GenerationRequest& request,
                      const inference::CatalogueModel& model);
TokenDemand demand_of(const inference::EmbeddingRequest& request);

/// Tokens of the quota that one token of output takes: 5 for Claude 3.7 and later, else 1 (user
/// guide, "How tokens are counted in Amazon Bedrock").
int output_rate_of(std::string_view model_id);

}  // namespace bedplate::operations
