using Parley.Services.Proxy;
using Parley.Sip.Messages;

namespace Parley.Services.Trunks;

/// <summary>
/// Sends calls to trunks, one after the other until one does not fail (RFC 3261 §16.6), each with the number as it wants it. For trunks that know us by our
/// address: a challenge is the caller's to answer, not the proxy's. A line is taken for as long as the call is being set up; a proxy does not know when it ends.
/// </summary>
/// <param name="trunks">The trunks.</param>
/// <param name="route">The names of the trunks for a request, best first; empty or null when it is not for any.</param>
public sealed class TrunkStep(TrunkSet trunks, Func<ProxyRequest, IReadOnlyList<string>?> route) : IProxyStep
{
    /// <inheritdoc/>
    public ValueTask<ProxyVerdict> InvokeAsync(ProxyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Method != SipMethod.Invite || route(request) is not { Count: > 0 } names
            || !SipUriView.TryParse(request.RequestUri, out var view) || view.User.IsEmpty)
        {
            return new(ProxyVerdict.Next);
        }

        var number = SipUri.FromView(view).User;
        Lines? lines = null;
        foreach (var trunk in trunks.Choose(names))
        {
            if (!trunk.TryTakeLine(out var line))
                continue;
            (lines ??= new()).Add(line!);
            request.AddTarget(new ProxyTarget { Uri = trunk.Options.UriFor(number), Route = trunk.Options.Proxy is { } proxy ? [proxy] : [], Tag = trunk });
        }

        if (lines is null)
            return new(ProxyVerdict.Refuse(503, "No line is free", [new SipHeader("Retry-After", "5")]));
        request.Fork(ForkMode.Sequential);
        request.Observe(lines);
        return new(ProxyVerdict.Forward);
    }

    /// <summary>Lines that are given back when the call has been set up or has failed.</summary>
    private sealed class Lines : IProxyObserver
    {
        private readonly List<IDisposable> _lines = [];

        public void Add(IDisposable line) => _lines.Add(line);

        public void OnResponse(ProxyTarget? target, int status, SipMessage? response)
        {
            if (status is >= 200 and < 300)
                GiveBack();
        }

        public void OnDone(int status) => GiveBack();

        private void GiveBack()
        {
            foreach (var line in _lines)
                line.Dispose();
            _lines.Clear();
        }
    }
}
