using System.Runtime.CompilerServices;
using Parley.Services.Locations;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Services.Proxy;

/// <summary>
/// Looks up where somebody of ours is (RFC 3261 §16.5) and forwards to all his bindings: 404 for nobody, 480 for somebody who is nowhere. REGISTER is left to the
/// registrar, and a request-URI without user to whoever comes next.
/// </summary>
/// <param name="locations">Where everybody is.</param>
public sealed class LocationStep(ILocationService locations) : IProxyStep
{
    // A binding is made anew when it changes: what was made of it lasts as long as it does.
    private readonly ConditionalWeakTable<Binding, ProxyTarget> _made = [];

    /// <inheritdoc/>
    public ValueTask<ProxyVerdict> InvokeAsync(ProxyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Method == SipMethod.Register)
            return new(ProxyVerdict.Leave);
        if (!SipUriView.TryParse(request.RequestUri, out var view) || view.Scheme is not (SipScheme.Sip or SipScheme.Sips) || view.User.IsEmpty)
            return new(ProxyVerdict.Next);
        var found = locations.ResolveAsync(SipUri.FromView(view));
        return found.IsCompletedSuccessfully ? new(Choose(request, found.Result)) : AwaitAsync(request, found);
    }

    private async ValueTask<ProxyVerdict> AwaitAsync(ProxyRequest request, ValueTask<LocationAnswer> found)
    {
        var answer = await found.ConfigureAwait(false);
        return await request.OnLaneAsync(() => Choose(request, answer)).ConfigureAwait(false);
    }

    private ProxyVerdict Choose(ProxyRequest request, in LocationAnswer answer)
    {
        switch (answer.Outcome)
        {
            case LocationOutcome.NotServed:
                return ProxyVerdict.Next;
            case LocationOutcome.Unknown:
                return ProxyVerdict.Refuse(404);
            case LocationOutcome.Offline:
                return ProxyVerdict.Refuse(480);
        }

        foreach (var target in BindingTargets.Of(answer.Address, answer.Bindings, request.Transport, locations, _made))
            request.AddTarget(target);
        return request.Targets.Count > 0 ? ProxyVerdict.Forward : ProxyVerdict.Refuse(480);
    }
}

/// <summary>From bindings to targets: over the flow where there is one, and each device once (RFC 5626 §7).</summary>
internal static class BindingTargets
{
    public static List<ProxyTarget> Of(
        AddressOfRecord address,
        IReadOnlyList<Binding> bindings,
        ISipTransport transport,
        ILocationService locations,
        ConditionalWeakTable<Binding, ProxyTarget>? made)
    {
        List<ProxyTarget> targets = [];
        // From the end, so that the further flows of a device are there when its first is made.
        Dictionary<string, ProxyTarget>? flows = null;
        for (var i = bindings.Count - 1; i >= 0; i--)
        {
            var binding = bindings[i];
            var hasFlow = binding.TryGetFlow(transport, out var flow);
            if (!hasFlow && binding.Source.HasValue && binding.Path.Count == 0 && (binding.IsOutbound || binding.Transport.IsReliable()))
            {
                _ = locations.FlowFailedAsync(address, binding).AsTask();
                continue;
            }

            if (binding is { IsOutbound: true, Instance: { } instance })
            {
                flows ??= [];
                flows.TryGetValue(instance, out var next);
                flows[instance] = Make(address, binding, hasFlow ? flow : null, locations) with { Fallback = next };
                if (next is not null)
                    targets.Remove(next);
                targets.Add(flows[instance]);
            }
            else
            {
                targets.Add(Kept(address, binding, hasFlow ? flow : null, locations, made));
            }
        }

        targets.Reverse();
        return targets;
    }

    private static ProxyTarget Kept(
        AddressOfRecord address, Binding binding, SipFlow? flow, ILocationService locations, ConditionalWeakTable<Binding, ProxyTarget>? made)
    {
        if (made is not null && made.TryGetValue(binding, out var known) && known.Flow == flow)
            return known;
        var target = Make(address, binding, flow, locations);
        made?.AddOrUpdate(binding, target);
        return target;
    }

    private static ProxyTarget Make(AddressOfRecord address, Binding binding, SipFlow? flow, ILocationService locations) => new()
    {
        Uri = binding.Contact,
        Q = binding.Q,
        Route = binding.Path,
        Flow = binding.Path.Count == 0 ? flow : null,
        Tag = binding,
        FlowFailed = binding.IsOutbound ? () => _ = locations.FlowFailedAsync(address, binding).AsTask() : null,
    };
}
