// How a catalogue entry looks in the control plane's answers.
#pragma once

#include <string>

#include "api/control.hpp"
#include "inference/model_catalogue.hpp"

namespace bedplate::operations {

/// arn:aws:bedrock:REGION::foundation-model/ID
std::string foundation_model_arn(std::string_view region, std::string_view model_id);

/// Fills FoundationModelSummary and FoundationModelDetails, which have the same members.
template <class Model>
Model describe_model(const inference::CatalogueModel& model, std::string_view region) {
  Model out;
  out.modelArn = foundation_model_arn(region, model.id);
  out.modelId = model.id;
  out.modelName = model.name;
  out.providerName = model.provider;
  out.inputModalities = model.input_modalities;
  out.outputModalities = model.output_modalities;
  out.responseStreamingSupported = model.response_streaming;
  out.customizationsSupported = model.customizations;
  out.inferenceTypesSupported = model.inference_types;
  auto& lifecycle = out.modelLifecycle.emplace();
  lifecycle.status = model.lifecycle;
  lifecycle.startOfLifeTime = model.start_of_life_time;
  lifecycle.legacyTime = model.legacy_time;
  lifecycle.publicExtendedAccessTime = model.public_extended_access_time;
  lifecycle.endOfLifeTime = model.end_of_life_time;
  return out;
}

}  // namespace bedplate::operations
