// Which engine serves which model id, per logical region.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/slot_claim.hpp"
#include "inference/engines.hpp"
#include "inference/model_catalogue.hpp"

namespace bedplate::inference {

/// One line of the configuration. The first that matches a model and region wins.
struct Binding {
  std::vector<std::string> models;   ///< model ids; `*` stands for any text
  std::vector<std::string> regions;  ///< empty: every region
  std::string engine;                ///< name of an engine
  bool text_only = false;            ///< matches only models that put out text
};

/// What a client's `modelId` came to.
struct ResolvedModel {
  const CatalogueModel* model = nullptr;
  std::shared_ptr<Engine> engine;  ///< nullptr: nothing is bound to it
  std::string region;              ///< that serves the request
  std::string profile_id;          ///< the inference profile it went through, or empty
  /// ARN of the account's own resource that it was called by, an application inference profile or a
  /// provisioned throughput: what its use is counted for. Else empty.
  std::string called_as;
  /// Who asks the engine's Admission. Its holder is a provisioned throughput's id, or empty.
  SlotClaim claim;
};

/// `text` against a pattern in which `*` stands for any run of characters.
bool matches_pattern(std::string_view pattern, std::string_view text);

/// The bindings without their engines: what `bedplate models` shows.
class BindingTable {
 public:
  /// Adds to the catalogue what is bound by an exact id that AWS does not know.
  BindingTable(ModelCatalogue& catalogue, std::vector<Binding> bindings);

  /// The first binding for a model in a region; nullptr when nothing is bound.
  const Binding* match(const CatalogueModel& model, std::string_view region) const;
  const std::vector<Binding>& bindings() const { return bindings_; }

 private:
  std::vector<Binding> bindings_;
};

/// Which models answer to their own id.
enum class BareIds {
  kOnDemand,  ///< those with on-demand throughput in the region, as on AWS's `bedrock-runtime`
  kProfiled,  ///< those to be had through an inference profile as well, as on `bedrock-mantle`
  kAny,       ///< all: throughput is provided for
};

class Bindings {
 public:
  /// Throws std::invalid_argument when a binding names an engine that does not exist.
  Bindings(ModelCatalogue& catalogue, Engines& engines, std::vector<Binding> bindings);

  /// Takes a model id, a foundation-model ARN, an inference profile's id or its ARN. Throws
  /// ValidationException for an identifier that is none of them or names nothing (its code is
  /// kCodeModelNotFound), and for a model that is to be had only through a profile. `region` is the
  /// one the request was signed for.
  ResolvedModel resolve(std::string_view model_identifier, std::string_view region,
                        BareIds bare_ids = BareIds::kOnDemand) const;

  /// Whether resolve() gives an engine for the model's own id, or for the profile's.
  bool serves(const CatalogueModel& model, std::string_view region, BareIds bare_ids) const;
  bool serves(const InferenceProfile& profile, std::string_view region) const;
  /// The model that a profile leads to; nullptr when the catalogue has none of its models.
  const CatalogueModel* model_of(const InferenceProfile& profile) const;

  const ModelCatalogue& catalogue() const { return catalogue_; }

 private:
  static bool answers(const CatalogueModel& model, std::string_view region, BareIds bare_ids);
  ResolvedModel resolve_profile(const InferenceProfile& profile, std::string_view region) const;

  const ModelCatalogue& catalogue_;
  Engines& engines_;
  BindingTable table_;
  mutable std::atomic<std::size_t> next_destination_{0};
};

}  // namespace bedplate::inference
