using System.Net;
using System.Net.Http.Headers;

namespace LeaderElection.AspNetCore.Tests;

public sealed class EndpointKindsTests
{
    // One app for each column of the matrix: election asked for, role in it. In the other election it is the opposite.
    private static readonly Dictionary<(bool IsNamed, Role Role), Lazy<Task<RealApp>>> Apps =
        (from isNamed in new[] { false, true } from role in Enum.GetValues<Role>() select (isNamed, role))
        .ToDictionary(key => key, key => new Lazy<Task<RealApp>>(() => StartAsync(key.isNamed, key.role)));

    public static TheoryData<string, string, bool, Role> Matrix
    {
        get
        {
            var data = new TheoryData<string, string, bool, Role>();
            foreach (var (method, path) in EndpointKinds.All)
            {
                foreach (var (isNamed, role) in Apps.Keys)
                    data.Add(method, path, isNamed, role);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task Only_the_leader_of_the_election_asked_for_serves(
        string method, string path, bool isNamed, Role role)
    {
        var app = await Apps[(isNamed, role)].Value;
        using var request = new HttpRequestMessage(
            new HttpMethod(method), new Uri($"/{(isNamed ? "named" : "unnamed")}/{path}", UriKind.Relative));

        if (path.StartsWith("grpc-", StringComparison.Ordinal))
        {
            request.Version = HttpVersion.Version20;
            request.Content = new ByteArrayContent(new byte[5]);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        }

        using var response = await app.Client.SendAsync(request);

        var body = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(role == Role.Leader ? 200 : 503, body);
        if (role == Role.Leader)
        {
            body.ShouldNotContain("urn:leader-election");
            (body == EndpointKinds.Fallback).ShouldBe(path == "fallback");
            return;
        }

        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(role == Role.Follower ? 10 : 1));
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        body.ShouldNotContain("served");
    }

    [Theory]
    [InlineData(Role.Leader)]
    [InlineData(Role.Follower)]
    [InlineData(Role.WithoutStore)]
    public async Task What_is_not_reserved_is_served_by_everybody(Role role)
    {
        var app = await Apps[(false, role)].Value;

        (await app.Client.GetStringAsync(new Uri("/open/page", UriKind.Relative))).Trim().ShouldBe("served");
    }

    private static Task<RealApp> StartAsync(bool isNamed, Role role)
    {
        var opposite = role == Role.Leader ? Role.Follower : Role.Leader;
        return RealApp.StartAsync(
            EndpointKinds.Map, isNamed ? opposite : role, isNamed ? role : opposite, build: EndpointKinds.AddServices);
    }
}
