using System.Text;
using Parley.Client.Voice;

namespace Parley.Client.AspNetCore;

/// <summary>How announced calls are taken. Its text form shows no secrets.</summary>
public sealed record VoiceWebhookOptions
{
    /// <summary>How to connect with the server that announces them; the id is the call's. Default: to this machine.</summary>
    public VoiceClientOptions Client { get; init; } = new();

    /// <summary>Key of the signature, the same as the server's. Default: none, and signatures are not looked at: then only this server's own network must reach the webhook.</summary>
    public string? Secret { get; init; }

    /// <summary>How far the timestamp of a signed announcement may be from the time here, before or behind. Default: 5 minutes, what clocks may differ; an older one was sent again by somebody.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Bytes of an announcement, at least 1,024. Default: 256 KiB, several times the largest INVITE there is; a larger one gets 413.</summary>
    public int MaxBody { get; init; } = 256 << 10;

    /// <summary>Handlers that run at a time, at least 1. Default: 2,000, the sessions of a server; a further call gets 503, and what the server does then.</summary>
    public int MaxCalls { get; init; } = 2_000;

    /// <summary>
    /// How long calls may go on when the application stops, within the host's own time for that (30 s). Default: 20 s. Then their handlers' tokens fire, and they have
    /// <see cref="EndTimeout"/> more. New calls get 503 meanwhile.
    /// </summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long handlers may take to return when their token has fired. Default: 5 s.</summary>
    public TimeSpan EndTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Client = {Client}, MaxAge = {MaxAge}, MaxCalls = {MaxCalls}, DrainTimeout = {DrainTimeout}");
        return true;
    }
}
