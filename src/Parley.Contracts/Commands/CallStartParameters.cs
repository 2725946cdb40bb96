using System.ComponentModel;
using System.Text;

namespace Parley.Contracts.Commands;

/// <summary>Parameters of <c>CallStart</c>: rings the caller, then the callee, and connects them.</summary>
public sealed record CallStartParameters : CommandParameters
{
    /// <summary>Whose phone rings first: a sip, sips or tel URI, or a name address with a display name.</summary>
    [Description("Whose phone rings first: a sip, sips or tel URI.")]
    public required string Caller { get; init; }

    /// <summary>Who is called once the caller has answered.</summary>
    [Description("Who is called once the caller has answered: a sip, sips or tel URI.")]
    public required string Callee { get; init; }

    /// <summary>Who the callee sees calling: a URI or a name address. Null for the caller.</summary>
    [Description("Who the callee sees calling, a URI or \"Name\" <URI>. Default: the caller.")]
    public string? CallerId { get; init; }

    /// <summary>Seconds the caller's phone may ring, more than 0, at most 600. Null for 60.</summary>
    [Description("Seconds the caller's phone may ring, more than 0, at most 600. Default: 60.")]
    public double? CallerTimeout { get; init; }

    /// <summary>Seconds the callee's phone may ring, more than 0, at most 600. Null for 60.</summary>
    [Description("Seconds the callee's phone may ring, more than 0, at most 600. Default: 60.")]
    public double? RingTimeout { get; init; }

    /// <summary>Header fields of both INVITEs, by their names.</summary>
    [Description("Further header fields of both INVITEs, by their names.")]
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Codecs offered, preferred first: <c>PCMU</c>, <c>PCMA</c>, <c>G722</c>. Null for all.</summary>
    [Description("Codecs offered, preferred first, e.g. [\"PCMA\", \"PCMU\"]. Default: all.")]
    public IReadOnlyList<string>? Codecs { get; init; }

    /// <summary>False to keep from the caller what the callee's side sends before the answer; then the server's own ringing tone is heard throughout. Null for true.</summary>
    [Description("Let the caller hear what comes from the callee's side before the answer. Default: true.")]
    public bool? EarlyMedia { get; init; }

    /// <summary>True to record both directions.</summary>
    [Description("Record both directions. Default: false.")]
    public bool? Record { get; init; }

    /// <summary>User name for challenges of either side.</summary>
    [Description("User name for digest challenges of either side.")]
    public string? Username { get; init; }

    /// <summary>Password for challenges of either side; goes with <see cref="Username"/>.</summary>
    [Description("Password that goes with username.")]
    public string? Password { get; init; }

    /// <summary>SIP URI of the proxy both INVITEs go through. Null for where their targets lead.</summary>
    [Description("SIP URI of the proxy both INVITEs go through. Default: where their targets lead.")]
    public string? Proxy { get; init; }

    /// <summary>Name of the configured trunk the callee is called over, with the number as it is written. Null for where the dial plan or its URI leads.</summary>
    [Description("Name of the configured trunk the callee is called over, with the number as it is written. Default: where the dial plan or its URI leads.")]
    public string? Trunk { get; init; }

    /// <summary>How the call is set up. Null for <see cref="CallFlow.Relay"/>.</summary>
    [Description("relay: the server relays the audio; I, III or IV: that flow of RFC 3725, audio from phone to phone. Default: relay.")]
    public CallFlow? Flow { get; init; }

    /// <inheritdoc/>
    protected override bool PrintMembers(StringBuilder builder)
    {
        builder.Append($"CmdId = {CmdId}, Caller = {Caller}, Callee = {Callee}, CallerId = {CallerId}, Username = {Username}, Proxy = {Proxy}, Trunk = {Trunk}");
        return true;
    }
}
