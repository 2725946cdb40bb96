using Parley.Sip.Messages;

namespace Parley.Control;

/// <summary>Says what is to be rung when an address is called: devices, trunks, or nothing.</summary>
public interface ICallDestinations
{
    /// <summary>Finds out.</summary>
    /// <param name="uri">Whom to call.</param>
    /// <param name="request">On whose behalf, and how that is shown.</param>
    /// <param name="cancel">Gives up.</param>
    ValueTask<RingPlan> FindAsync(SipUri uri, RingRequest request, CancellationToken cancel);
}

/// <summary>A call that is to be made.</summary>
/// <param name="From">What the called side is shown.</param>
public sealed record RingRequest(SipAddress From)
{
    /// <summary>Name of the trunk it is to go over; null for what the dial plan says. Whoever knows no trunks has nothing to ring then.</summary>
    public string? Trunk { get; init; }

    /// <summary>The call it will be joined with; null when there is none yet.</summary>
    public Call? Beside { get; init; }

    /// <summary>On whose behalf: what <see cref="CallLeg.Tag"/> of the party is that will talk to who is called. Null for a command's own call.</summary>
    public object? Owner { get; init; }
}

/// <summary>What is to be rung.</summary>
/// <param name="Targets">The devices; empty for nothing.</param>
/// <param name="Status">The status when there is nothing to ring.</param>
/// <param name="Reason">What that means.</param>
public sealed record RingPlan(IReadOnlyList<RingTarget> Targets, int Status = 0, string Reason = "")
{
    /// <summary>Gives what is to be rung instead when a device redirects. Default nothing: it does not take the call.</summary>
    public RingRedirect? Redirect { get; init; }
}

/// <summary>Everything is dialled as it is.</summary>
internal sealed class PlainDestinations : ICallDestinations
{
    public static readonly PlainDestinations Instance = new();

    public ValueTask<RingPlan> FindAsync(SipUri uri, RingRequest request, CancellationToken cancel)
    {
        if (request.Trunk is { } trunk)
            return new(new RingPlan([], 404, $"there is no trunk '{trunk}'"));
        var options = new DialOptions { Caller = request.From.ToString(), BridgeWith = request.Beside };
        return new(new RingPlan([new RingTarget(new RingWay(uri.ToString(), options, uri.User.Length > 0 ? uri.User : uri.Host))]));
    }
}
