using System.Net;
using System.Net.Sockets;
using System.Text;
using Parley.Net;
using Parley.Services.Admission;
using Parley.Services.Locations;
using Parley.Services.Registrar;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.RegisterBench;

/// <summary>So many users register once, over loopback.</summary>
internal static class Registering
{
    private const int Outstanding = 64;

    public static async Task RunAsync(SystemNetwork network, LocationService locations, int users, int expires = 3600)
    {
        var registrar = new RegistrarService(locations, new OpenDoor());
        await using var endpoint = await SipEndpoint.StartAsync(network, new SipEndpointOptions
        {
            Transport = new SipTransportOptions { Listen = ["udp:127.0.0.1:0"] },
            Handler = new RegistrarHandler(registrar),
            Methods = [SipMethod.Register],
            Extensions = RegistrarService.Extensions,
        });
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Connect(IPAddress.Loopback, endpoint.Listeners[0].Local.Port);
        var sent = 0;
        for (var received = 0; received < users; received++)
        {
            while (sent < users && sent - received < Outstanding)
                await socket.SendAsync(Text(sent++, expires));
            await socket.ReceiveAsync();
        }
    }

    // Of the length that phones send: their Call-IDs and branches are random text.
    private static byte[] Text(int user, int expires) => Encoding.ASCII.GetBytes(
        $"""
        REGISTER sip:example.com SIP/2.0
        Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK-524287-1---{user:x8};rport
        Max-Forwards: 70
        From: <sip:user{user}@example.com>;tag={user:x8}
        To: <sip:user{user}@example.com>
        Call-ID: 3c26700b5f1a-{user:x8}@127.0.0.1
        CSeq: 1 REGISTER
        Contact: <sip:user{user}@127.0.0.1:5060;line=k8z7e{user:x4}>
        User-Agent: bench/1.0 (a phone)
        Expires: {expires}
        Content-Length: 0


        """.ReplaceLineEndings("\r\n"));
}
