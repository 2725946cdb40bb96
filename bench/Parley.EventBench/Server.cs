using System.Globalization;
using Parley.Net;
using Parley.Services.Locations;
using Parley.Services.Presence;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Subscriptions;

namespace Parley.EventBench;

/// <summary>A presence server that also answers calls, on one lane. Ends with its standard input; <c>heap</c> there is answered with its heap after a collection, anything else with how long it has collected.</summary>
internal sealed class Server(EventService service) : ISipEndpointHandler, IInviteSessionHandler
{
    public static async Task RunAsync(int port)
    {
        using var presence = new PresencePackage();
        using var service = new EventService(new EventServiceOptions { Domains = new ServedDomains("127.0.0.1") }, presence);
        await using var network = new SystemNetwork();
        await using var endpoint = await SipEndpoint.StartAsync(network, new SipEndpointOptions
        {
            Transport = new() { Listen = [$"udp:127.0.0.1:{port}"] },
            Methods = [SipMethod.Invite, SipMethod.Ack, SipMethod.Cancel, SipMethod.Bye, SipMethod.Subscribe, SipMethod.Notify, SipMethod.Publish],
            Events = service.Events,
            Handler = new Server(service),
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready, pid {Environment.ProcessId}"));
        while (Console.ReadLine() is { } asked)
            Console.WriteLine((asked == "heap" ? GC.GetTotalMemory(true) : GC.GetTotalPauseDuration().Ticks).ToString(CultureInfo.InvariantCulture));
        var counters = endpoint.Counters;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"server: {counters.NotificationsSent} NOTIFYs, {counters.IncomingSubscriptions} subscriptions, {counters.IncomingCallsTotal} calls, collections {GC.CollectionCount(0)}/{GC.CollectionCount(1)}/{GC.CollectionCount(2)}, {GC.GetTotalPauseDuration().TotalMilliseconds:0} ms in all"));
        Environment.Exit(0);
    }

    public IInviteSessionHandler OnInvite(IncomingInvite invite)
    {
        invite.Answer();
        return this;
    }

    public void OnSubscribe(IncomingSubscription subscription) => service.Handle(subscription);

    public void OnRequest(IncomingRequest request) => service.Handle(request);

    public void OnEnded(CallEnd end, SipMessage? message)
    {
    }
}
