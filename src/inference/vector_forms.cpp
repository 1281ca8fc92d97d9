#include "inference/vector_forms.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace bedplate::inference {
namespace {

constexpr double kRange = 6;  ///< of 8-bit values, in mean sizes
constexpr std::int64_t kInt8Max = 127;
constexpr std::int64_t kInt8Min = -128;
constexpr std::size_t kBitsPerByte = 8;

std::vector<float> projected(const std::vector<float>& vector, std::size_t dimensions) {
  const std::size_t n = vector.size();
  // Row k, column i of the transform: cos(π/n · (i + ½) · k), which repeats every 4n steps of
  // π/2n.
  std::vector<double> cosines(4 * n);
  for (std::size_t step = 0; step < cosines.size(); ++step) {
    cosines[step] =
        std::cos(std::numbers::pi / 2 * static_cast<double>(step) / static_cast<double>(n));
  }
  std::vector<float> shorter(dimensions);
  for (std::size_t k = 0; k < dimensions; ++k) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += cosines[(2 * i + 1) * k % (4 * n)] * vector[i];
    const double scale = std::sqrt((k == 0 ? 1.0 : 2.0) / static_cast<double>(n));
    shorter[k] = static_cast<float>(scale * sum);
  }
  return shorter;
}

std::vector<std::int64_t> shifted(std::vector<std::int64_t> numbers, std::int64_t by) {
  for (std::int64_t& number : numbers) number += by;
  return numbers;
}

}  // namespace

std::vector<float> with_dimensions(const std::vector<float>& vector, std::size_t dimensions) {
  if (dimensions < vector.size()) return projected(vector, dimensions);
  std::vector<float> padded = vector;
  padded.resize(dimensions, 0.0F);
  return padded;
}

void normalise(std::vector<float>& vector) {
  double squares = 0;
  for (const float value : vector) squares += static_cast<double>(value) * value;
  if (squares == 0) return;
  const double scale = 1 / std::sqrt(squares);
  for (float& value : vector) value = static_cast<float>(value * scale);
}

std::vector<std::int64_t> to_int8(const std::vector<float>& vector, std::size_t meaningful) {
  const std::size_t n =
      std::clamp<std::size_t>(meaningful, 1, std::max<std::size_t>(1, vector.size()));
  const double scale = static_cast<double>(kInt8Max) / kRange * std::sqrt(static_cast<double>(n));
  std::vector<std::int64_t> numbers;
  numbers.reserve(vector.size());
  for (const float value : vector) {
    numbers.push_back(std::clamp<std::int64_t>(std::llround(value * scale), kInt8Min, kInt8Max));
  }
  return numbers;
}

std::vector<std::int64_t> to_uint8(const std::vector<float>& vector, std::size_t meaningful) {
  return shifted(to_int8(vector, meaningful), -kInt8Min);
}

std::vector<std::int64_t> to_bits(const std::vector<float>& vector) {
  std::vector<std::int64_t> bits;
  bits.reserve(vector.size());
  for (const float value : vector) bits.push_back(value > 0 ? 1 : 0);
  return bits;
}

std::vector<std::int64_t> to_ubinary(const std::vector<float>& vector) {
  std::vector<std::int64_t> bytes((vector.size() + kBitsPerByte - 1) / kBitsPerByte);
  for (std::size_t i = 0; i < vector.size(); ++i) {
    if (vector[i] > 0) bytes[i / kBitsPerByte] |= 1 << (kBitsPerByte - 1 - i % kBitsPerByte);
  }
  return bytes;
}

std::vector<std::int64_t> to_binary(const std::vector<float>& vector) {
  return shifted(to_ubinary(vector), kInt8Min);
}

}  // namespace bedplate::inference
