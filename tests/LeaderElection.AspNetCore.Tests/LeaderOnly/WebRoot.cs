namespace LeaderElection.AspNetCore.Tests;

/// <summary>A folder of static files with one file in it, and manifests as <c>MapStaticAssets</c> reads.</summary>
internal static class WebRoot
{
    public const string File = "asset.txt";

    public static string Folder { get; } = Create();

    /// <summary>The path of a manifest that serves the file as <c>{prefix}/assets/asset.txt</c>.</summary>
    public static string ManifestOf(string prefix)
    {
        var path = Path.Combine(Folder, prefix + ".json");
        lock (Folder)
        {
            System.IO.File.WriteAllText(path, $$"""
                {"Version":1,"ManifestType":"Build","Endpoints":[{
                    "Route":"{{prefix}}/assets/{{File}}","AssetFile":"{{File}}","Selectors":[],
                    "ResponseHeaders":[
                        {"Name":"Content-Length","Value":"6"},{"Name":"Content-Type","Value":"text/plain"},
                        {"Name":"ETag","Value":"\"1\""},
                        {"Name":"Last-Modified","Value":"Tue, 01 Jan 2030 00:00:00 GMT"}],
                    "EndpointProperties":[]}]}
                """);
        }

        return path;
    }

    private static string Create()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "web-root");
        Directory.CreateDirectory(folder);
        System.IO.File.WriteAllText(Path.Combine(folder, File), "served");
        return folder;
    }
}
