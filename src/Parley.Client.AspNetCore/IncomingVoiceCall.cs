using Parley.Client.Voice;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Events;
using Parley.Contracts.Voice.Options;

namespace Parley.Client.AspNetCore;

/// <summary>A call that waits to be answered or refused. It belongs to its handler: when that returns, a call that is up is hung up, and one that still waits is refused (603).</summary>
public sealed class IncomingVoiceCall
{
    internal IncomingVoiceCall(WebhookCall announcement, VoiceClient client, IServiceProvider services) => (Announcement, Client, Services) = (announcement, client, services);

    /// <summary>What the webhook said.</summary>
    public WebhookCall Announcement { get; }

    /// <summary>The call's session: handlers of events, commands.</summary>
    public VoiceClient Client { get; }

    /// <summary>Services of the application, in a scope that lasts as long as the handler.</summary>
    public IServiceProvider Services { get; }

    /// <summary>Id of the call and of its session.</summary>
    public string DialogId => Announcement.DialogId;

    /// <summary>Who calls: a URI; empty where the announcement does not say.</summary>
    public string Caller => Announcement.Caller ?? "";

    /// <summary>Whom: a URI; empty where the announcement does not say.</summary>
    public string Callee => Announcement.Callee ?? "";

    /// <summary>The first header of the INVITE of a name, e.g. <c>X-Campaign</c>; null for none.</summary>
    /// <param name="name">The name, in any case.</param>
    public string? Header(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        foreach (var header in Announcement.Headers ?? [])
        {
            if (header.Length > name.Length && header[name.Length] == ':' && header.StartsWith(name, StringComparison.OrdinalIgnoreCase))
                return header[(name.Length + 1)..].Trim();
        }

        return null;
    }

    /// <summary>Tells the caller that it rings: <see cref="VoiceClient.RingAsync"/>.</summary>
    /// <param name="ringtone">File or URL he hears instead of his phone's ringing; null for none.</param>
    /// <param name="recorder">Records from now on; null for not.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task RingAsync(string? ringtone = null, RecorderOption? recorder = null, CancellationToken cancel = default) => Client.RingAsync(ringtone, recorder, cancel);

    /// <summary>Answers, and waits until the call is up.</summary>
    /// <param name="option">What the call is made of. Default: speech of espeak-ng, nothing else.</param>
    /// <param name="cancel">Gives up, and hangs up.</param>
    /// <exception cref="VoiceCallException">The caller has gone.</exception>
    public Task<AnswerEvent> AcceptAsync(CallOption? option = null, CancellationToken cancel = default) => Client.AcceptAsync(option, cancel);

    /// <summary>Refuses: <see cref="VoiceClient.RejectAsync"/>.</summary>
    /// <param name="reason">Why; becomes the reason phrase.</param>
    /// <param name="code">Status, 400–699; null for 486 when the reason speaks of being busy, else 603.</param>
    /// <param name="cancel">Gives up waiting to send it.</param>
    public Task RejectAsync(string reason, int? code = null, CancellationToken cancel = default) => Client.RejectAsync(reason, code, cancel);
}
