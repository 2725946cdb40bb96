using System.Text;

namespace Parley.Server.Voice;

/// <summary>A server that browsers may use to find a way for their audio. Its text form shows no secrets.</summary>
public sealed record IceServer
{
    /// <summary>Where, e.g. <c>stun:stun.example.com:3478</c>.</summary>
    public required IReadOnlyList<string> Urls { get; init; }

    /// <summary>User name; null for none.</summary>
    public string? Username { get; init; }

    /// <summary>Password; null for none.</summary>
    public string? Credential { get; init; }

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Urls = {string.Join(' ', Urls)}, Username = {Username}");
        return true;
    }
}
