using System.Globalization;

namespace LeaderElection;

/// <summary>The formats of all options.</summary>
internal static class OptionFormats
{
    private const long MostMilliseconds = long.MaxValue / TimeSpan.TicksPerMillisecond;

    // Nothing shorter: '00:15' could be minutes or seconds, and '24:00:00' would be taken for 24 days.
    private static readonly string[] TimeFormats =
        [@"hh\:mm\:ss", @"hh\:mm\:ss\.FFFFFFF", @"d\.hh\:mm\:ss", @"d\.hh\:mm\:ss\.FFFFFFF"];

    public static OptionFormat<string> Text { get; } = new("text", ReadText, value => $"'{value}'");

    public static OptionFormat<TimeSpan> Duration { get; } = new(
        "whole milliseconds ('15000') or hh:mm:ss ('00:00:15'; with days and fractions '1.00:00:15.5')",
        ReadDuration,
        Milliseconds);

    public static OptionFormat<int> WholeNumber { get; } = new(
        "a whole number of 32 bits (-2147483648 to 2147483647)",
        ReadWholeNumber,
        value => value.ToString(CultureInfo.InvariantCulture));

    public static OptionFormat<Uri?> WebAddress { get; } = new(
        "an absolute http or https address ('https://node-1:8080/')",
        ReadWebAddress,
        value => value is null ? "none" : Address(value));

    public static string Milliseconds(TimeSpan duration) =>
        string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.###} ms");

    /// <summary>Without what may be a secret: user, password and query; of others than web addresses the host
    /// alone.</summary>
    public static string Address(Uri address)
    {
        if (!address.IsAbsoluteUri)
            return address.OriginalString;
        var shown = IsWebAddress(address)
            ? UriComponents.SchemeAndServer | UriComponents.Path
            : UriComponents.SchemeAndServer;
        return address.GetComponents(shown, UriFormat.UriEscaped);
    }

    /// <summary>A text that could not be read, for an error: an address may hold a password.</summary>
    public static string WithoutSecrets(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address)
        && (address.UserInfo.Length > 0 || address.Query.Length > 0)
            ? Address(address)
            : text;

    public static bool IsWebAddress(Uri address) =>
        address.IsAbsoluteUri && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);

    private static bool ReadText(string text, out string value)
    {
        value = text;
        return true;
    }

    private static bool ReadDuration(string text, out TimeSpan value)
    {
        var trimmed = text.Trim();
        if (!long.TryParse(trimmed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds))
            return TimeSpan.TryParseExact(trimmed, TimeFormats, CultureInfo.InvariantCulture, out value);

        var fits = milliseconds is >= -MostMilliseconds and <= MostMilliseconds;
        value = fits ? TimeSpan.FromMilliseconds(milliseconds) : TimeSpan.Zero;
        return fits;
    }

    private static bool ReadWholeNumber(string text, out int value) =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out value);

    private static bool ReadWebAddress(string text, out Uri? value) =>
        Uri.TryCreate(text, UriKind.Absolute, out value) && IsWebAddress(value);
}
