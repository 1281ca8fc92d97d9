#include "inference/vector_forms.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "inference/embedding.hpp"

namespace bedplate::inference {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::FloatEq;

std::vector<float> random_vector(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> vector(n);
  for (float& value : vector) value = normal(random);
  return vector;
}

double product(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

TEST(VectorForms, ALongerVectorIsPaddedWithZeros) {
  EXPECT_THAT(with_dimensions({1, 2}, 4), ElementsAre(1, 2, 0, 0));
  EXPECT_THAT(with_dimensions({1, 2}, 2), ElementsAre(1, 2));
}

// The rows of the projection, found by projecting the unit vectors, are orthonormal.
TEST(VectorForms, TheProjectionIsOrthonormal) {
  constexpr std::size_t kFrom = 48, kTo = 20;
  std::vector<std::vector<float>> rows(kTo, std::vector<float>(kFrom));
  for (std::size_t i = 0; i < kFrom; ++i) {
    std::vector<float> unit(kFrom);
    unit[i] = 1;
    const std::vector<float> column = with_dimensions(unit, kTo);
    ASSERT_EQ(column.size(), kTo);
    for (std::size_t k = 0; k < kTo; ++k) rows[k][i] = column[k];
  }
  for (std::size_t k = 0; k < kTo; ++k) {
    for (std::size_t l = 0; l < kTo; ++l) {
      EXPECT_NEAR(product(rows[k], rows[l]), k == l ? 1 : 0, 1e-6) << k << ' ' << l;
    }
  }
}

TEST(VectorForms, TheProjectionIsTheDocumentedOne) {
  const std::vector<float> shorter = with_dimensions({3, 1, 2, 5}, 2);
  EXPECT_NEAR(shorter[0], std::sqrt(1 / 4.0) * (3 + 1 + 2 + 5), 1e-6);
  const double pi = std::acos(-1.0);
  double sum = 0;
  const double values[] = {3, 1, 2, 5};
  for (int i = 0; i < 4; ++i) sum += values[i] * std::cos(pi / 4 * (i + 0.5));
  EXPECT_NEAR(shorter[1], std::sqrt(2 / 4.0) * sum, 1e-6);
}

TEST(VectorForms, AnglesBarelyChangeWhenTwoThirdsStay) {
  const std::vector<float> a = random_vector(384, 1);
  std::vector<float> near = a;
  for (float& value : near) value += 0.3F * value * value;
  const std::vector<float> far = random_vector(384, 2);
  EXPECT_NEAR(cosine_similarity(with_dimensions(a, 256), with_dimensions(near, 256)),
              cosine_similarity(a, near), 0.1);
  EXPECT_NEAR(cosine_similarity(with_dimensions(a, 256), with_dimensions(far, 256)),
              cosine_similarity(a, far), 0.1);
}

TEST(VectorForms, Normalises) {
  std::vector<float> vector = {3, 4};
  normalise(vector);
  EXPECT_THAT(vector, ElementsAre(FloatEq(0.6F), FloatEq(0.8F)));
  std::vector<float> zero = {0, 0};
  normalise(zero);
  EXPECT_THAT(zero, Each(0));
}

TEST(VectorForms, EightBitsKeepTheDirection) {
  std::vector<float> vector = random_vector(384, 3);
  normalise(vector);
  const std::vector<float> padded = with_dimensions(vector, 1024);
  const std::vector<std::int64_t> small = to_int8(padded, 384);
  ASSERT_EQ(small.size(), 1024U);
  EXPECT_THAT(small, Each(testing::AllOf(testing::Ge(-128), testing::Le(127))));
  EXPECT_GT(cosine_similarity(padded, std::vector<float>(small.begin(), small.end())), 0.9995);
  const std::vector<std::int64_t> shifted = to_uint8(padded, 384);
  for (std::size_t i = 0; i < small.size(); ++i) ASSERT_EQ(shifted[i], small[i] + 128);
  EXPECT_THAT(to_int8({1, -1, 0}, 3), ElementsAre(37, -37, 0)) << "127 / 6 * sqrt(3)";
  EXPECT_THAT(to_int8({9, -9}, 2), ElementsAre(127, -128)) << "what does not fit is cut";
}

TEST(VectorForms, BitsAreTheSigns) {
  const std::vector<float> vector = {1, -1, 0, 0.5F, -2, -3, 4, 5, -1, 1};
  EXPECT_THAT(to_bits(vector), ElementsAre(1, 0, 0, 1, 0, 0, 1, 1, 0, 1));
  EXPECT_THAT(to_ubinary(vector), ElementsAre(0b10010011, 0b01000000));
  EXPECT_THAT(to_binary(vector), ElementsAre(0b10010011 - 128, 0b01000000 - 128));
}

TEST(CosineSimilarity, OfNothingIsNothing) {
  EXPECT_EQ(cosine_similarity({0, 0}, {1, 2}), 0);
  EXPECT_EQ(cosine_similarity({}, {}), 0);
  EXPECT_NEAR(cosine_similarity({1, 0}, {-2, 0}), -1, 1e-12);
}

}  // namespace
}  // namespace bedplate::inference
