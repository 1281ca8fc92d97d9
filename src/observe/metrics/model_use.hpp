// What one request used of a model: noted while it is answered, counted at its end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace bedplate::observe {

/// US dollars; what the catalogue does not say is absent.
struct ModelPrices {
  std::optional<double> input_per_1k_tokens;
  std::optional<double> output_per_1k_tokens;
  std::optional<double> cache_read_per_1k_tokens;
  std::optional<double> cache_write_per_1k_tokens;
  std::optional<double> per_image;
  std::optional<double> per_query;
};

struct ModelUse {
  std::string model_id;  ///< of the catalogue; empty: the request came to no model
  /// What CloudWatch calls it in the dimension ModelId: the id of the inference profile or of the
  /// provisioned throughput that it was called by, else the model's own.
  std::string called_as;
  /// The inference profile: of AWS's its id, of the account's own the ARN. Empty: none.
  std::string profile;
  bool own_profile = false;  ///< `profile` is a resource of the account, which may have tags
  bool invokes = true;       ///< false: the request asks something about the model
  bool streams = false;      ///< the client gets the reply as it is made
  bool legacy = false;
  int quota_output_rate = 1;  ///< tokens of the quota that a token of output takes
  ModelPrices prices;

  std::int64_t input_tokens = 0;  ///< neither read from a cache nor written to one
  std::int64_t output_tokens = 0;
  std::int64_t cache_read_tokens = 0;
  std::int64_t cache_write_tokens = 0;
  std::int64_t images = 0;
  std::int64_t queries = 0;  ///< rankings: they are sold by the query
  std::optional<SteadyClock::time_point> first_token;
  std::size_t output_bytes = 0;  ///< seen so far
  bool ended = false;            ///< the engine has told what it counted
};

/// What a request is for and came to, beside what it used of a model.
struct RequestMeasure {
  std::string_view service = "none";    ///< of texts that live for ever: "bedrock-runtime"
  std::string_view operation = "none";  ///< "Converse"
  std::string asked_model;              ///< of a model call: as the client named it
  int failed_status = 0;                ///< of an error, also one that a stream ends with; 0: none
  ModelUse use;
};

/// The price of everything that has one; nothing when none of what was used has.
std::optional<double> cost_usd(const ModelUse& use);

/// The part of its quota of tokens that a request takes (AWS: EstimatedTPMQuotaUsage): input, what
/// was written to a cache, and output at the model's rate.
std::int64_t quota_tokens(const ModelUse& use);

}  // namespace bedplate::observe
