using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LeaderElection.Faults;

internal static class HistoryJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static string Write(HistoryLine line) => JsonSerializer.Serialize(line, Options);

    /// <exception cref="JsonException">It is not a line of a history.</exception>
    public static HistoryLine Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<HistoryLine>(text, Options)
                ?? throw new JsonException("It holds nothing.");
        }
        catch (NotSupportedException exception)
        {
            throw new JsonException(exception.Message, exception);
        }
    }
}
