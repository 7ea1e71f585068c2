using System.Text.Json.Serialization;

namespace LeaderElection.AspNetCore;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(ElectionDocument))]
internal sealed partial class StatusJson : JsonSerializerContext;
