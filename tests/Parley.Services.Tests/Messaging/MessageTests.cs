using Parley.Services.Accounts;
using Parley.Services.Admission;
using Parley.Services.Messaging;
using Parley.Services.Tests.Proxy.Support;
using Parley.Sip.Authentication;
using Parley.Sip.Dialogs;
using Parley.Sip.Endpoint;
using Parley.Sip.Invites;
using Parley.Sip.Messages;
using Parley.Sip.Transport;

namespace Parley.Services.Tests.Messaging;

/// <summary>RFC 3428, with the bodies of RFC 3994 and 5438: delivered, kept, and let go.</summary>
public sealed class MessageTests : ISipEndpointHandler, IAsyncDisposable
{
    private static readonly DigestServer s_digest = new(new() { Realm = "example.com", Find = (_, _) => null }, TimeProvider.System);

    private readonly FakeLocations _locations = new();
    private readonly MemoryMessageStore _store = new();
    private readonly ProxyStage _stage;
    private MessageService _service;

    public MessageTests()
    {
        _stage = new ProxyStage(
            policy: _ => Services.Proxy.ProxyVerdict.Leave,
            endpoint: options => options with { Handler = this, Methods = [.. options.Methods, SipMethod.Message] });
        _locations.AddUser("bob");
        _service = Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Fact]
    public void A_message_reaches_every_phone_and_is_answered_200_as_soon_as_one_has_taken_it()
    {
        _locations.Bind("bob", "sip:bob@10.0.0.3:5060");
        _locations.Bind("bob", "sip:bob@10.0.0.4:5060");
        _stage.Alice.Send(Text("hello"));
        Until(() => _stage.Carol.Received.Count > 0 && _stage.Bob.Received.Count > 0);
        var message = _stage.Bob.Got("MESSAGE");
        Assert.Equal("sip:bob@10.0.0.3:5060", Wire.RequestUri(message));
        Assert.StartsWith("<sip:alice@example.com>;tag=", Wire.Header(message, "From"), StringComparison.Ordinal);
        Assert.Equal("<sip:bob@example.com>", Wire.Header(message, "To"));
        Assert.False(Wire.Has(message, "Contact"));
        Assert.EndsWith("\r\n\r\nhello", message, StringComparison.Ordinal);
        _stage.Carol.Reply("MESSAGE", "200 OK", more: "X: 1");
        Until(() => _stage.Alice.Received.Count > 0);
        _stage.Alice.Got("200 MESSAGE");
        Assert.Equal(1, _service.Counters.Delivered);
    }

    [Fact]
    public void Nobody_there_is_202_and_the_message_comes_with_the_next_registration()
    {
        _stage.Alice.Send(Text("first", "c1"));
        Until(() => _stage.Alice.Count("202 MESSAGE") == 1);
        _stage.Alice.Send(Text("second", "c2"));
        Until(() => _stage.Alice.Count("202 MESSAGE") == 2);
        _locations.Bind("bob", "sip:bob@10.0.0.3:5060");
        Until(() => _stage.Bob.Count("MESSAGE") == 1);
        Assert.EndsWith("first", _stage.Bob.Last, StringComparison.Ordinal);
        Assert.Matches("^[A-Z][a-z]{2}, .* GMT$", Wire.Header(_stage.Bob.Last, "Date"));
        _stage.Bob.Reply("MESSAGE", "200 OK", more: "X: 1");
        Until(() => _stage.Bob.Count("MESSAGE") == 2);
        Assert.EndsWith("second", _stage.Bob.Last, StringComparison.Ordinal);
        _stage.Bob.Reply("MESSAGE", "200 OK", more: "X: 1");
        Until(() => _service.Counters.DeliveredLater == 2);
        Assert.Empty(Waiting());
    }

    [Fact]
    public void A_phone_that_does_not_answer_costs_no_message_it_is_kept_and_tried_again()
    {
        _locations.Bind("bob", "sip:bob@10.0.0.3:5060");
        _stage.Alice.Send(Text("hello"));
        Until(() => _stage.Alice.Count("202 MESSAGE") == 1, seconds: 11);
        Assert.Single(Waiting());
        _locations.Bind("bob", "sip:bob@10.0.0.4:5060");
        Until(() => _stage.Carol.Count("MESSAGE") > 0, seconds: 30);
        _stage.Carol.Reply("MESSAGE", "200 OK", more: "X: 1");
        Until(() => Waiting().Count == 0);
    }

    [Fact]
    public void What_waits_survives_the_service()
    {
        _stage.Alice.Send(Text("hello"));
        Until(() => _stage.Alice.Count("202 MESSAGE") == 1);
        _locations.Bind("bob", "sip:bob@10.0.0.3:5060");
        _service = Start();
        Until(() => _stage.Bob.Count("MESSAGE") > 0);
    }

    [Fact]
    public void A_refusal_that_is_about_the_message_goes_back_to_its_sender()
    {
        _locations.Bind("bob", "sip:bob@10.0.0.3:5060");
        _stage.Alice.Send(Text("hello"));
        Until(() => _stage.Bob.Received.Count > 0);
        _stage.Bob.Reply("MESSAGE", "415 Unsupported Media Type");
        Until(() => _stage.Alice.Received.Count > 0);
        _stage.Alice.Got("415 MESSAGE");
        Assert.Empty(Waiting());
    }

    [Fact]
    public void Nobody_of_that_name_is_404()
    {
        _stage.Alice.Send(Wire.Request("MESSAGE", "sip:nobody@example.com"));
        Until(() => _stage.Alice.Received.Count > 0);
        _stage.Alice.Got("404 MESSAGE");
    }

    [Fact]
    public void A_full_mailbox_is_480()
    {
        _service = Start(new MessageOptions { MaxPerRecipient = 1 });
        _stage.Alice.Send(Text("one", "c1"));
        Until(() => _stage.Alice.Count("202 MESSAGE") == 1);
        _stage.Alice.Send(Text("two", "c2"));
        Until(() => _stage.Alice.Count("480 MESSAGE") == 1);
    }

    [Fact]
    public void A_body_type_that_is_not_taken_is_415_with_those_that_are()
    {
        _service = Start(new MessageOptions { AcceptedTypes = ["message/cpim"] });
        _stage.Alice.Send(Text("hello"));
        Until(() => _stage.Alice.Received.Count > 0);
        Assert.Equal("message/cpim", Wire.Header(_stage.Alice.Got("415 MESSAGE"), "Accept"));
    }

    [Fact]
    public void A_body_that_is_too_large_is_413()
    {
        _service = Start(new MessageOptions { MaxBody = 4 });
        _stage.Alice.Send(Text("hello"));
        Until(() => _stage.Alice.Received.Count > 0);
        _stage.Alice.Got("413 MESSAGE");
    }

    [Fact]
    public void A_message_past_its_Expires_is_let_go()
    {
        _stage.Alice.Send(Text("hello", more: "Expires: 90"));
        Until(() => _stage.Alice.Count("202 MESSAGE") == 1);
        Until(() => _service.Counters.Expired == 1, seconds: 130);
        Assert.Empty(Waiting());
    }

    [Fact]
    public void How_many_wait_is_told_when_one_is_kept_when_one_is_delivered_and_at_the_start()
    {
        var told = new System.Collections.Concurrent.ConcurrentQueue<(string Whose, int Count)>();
        var options = new MessageOptions { OnWaiting = (whose, count) => told.Enqueue((whose.Text, count)) };
        _service = Start(options);
        _stage.Alice.Send(Text("one", "c1"));
        Until(() => _stage.Alice.Count("202 MESSAGE") == 1);
        _stage.Alice.Send(Text("two", "c2"));
        Until(() => _stage.Alice.Count("202 MESSAGE") == 2);
        Start(options);
        Until(() => told.Count == 3);
        _locations.Bind("bob", "sip:bob@10.0.0.3:5060");
        Until(() => _stage.Bob.Received.Count > 0);
        _stage.Bob.Reply("MESSAGE", "200 OK", more: "X: 1");
        Until(() => told.Count >= 4);
        Assert.Equal([("bob@example.com", 1), ("bob@example.com", 2), ("bob@example.com", 2), ("bob@example.com", 1)], told.Take(4));
    }

    [Fact]
    public void One_that_must_not_be_kept_is_480_when_nobody_is_there()
    {
        _stage.Alice.Send(Text("hello", "c1", "Expires: 0"));
        Until(() => _stage.Alice.Count("480 MESSAGE") == 1);
        _stage.Alice.Send(Text("<isComposing/>", "c2", type: "application/im-iscomposing+xml"));
        Until(() => _stage.Alice.Count("480 MESSAGE") == 2);
    }

    [Fact]
    public void Rfc5438_CPIM_with_its_notifications_goes_through_byte_for_byte()
    {
        _locations.Bind("bob", "sip:bob@10.0.0.3:5060");
        const string Cpim = "From: <im:alice@example.com>\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: 34jk324j\r\n\r\nContent-type: text/plain\r\n\r\nhi  \t";
        _stage.Alice.Send(Text(Cpim, type: "message/cpim"));
        Until(() => _stage.Bob.Received.Count > 0);
        Assert.Equal("message/cpim", Wire.Header(_stage.Bob.Last, "Content-Type"));
        Assert.EndsWith("\r\n\r\n" + Cpim, _stage.Bob.Last, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_is_not_admitted_gets_the_challenge_and_who_is_sends_as_himself_only()
    {
        _service = Start(admission: new FixedAdmission(new AdmissionVerdict { Status = 401, Challenger = s_digest }));
        _stage.Alice.Send(Text("hello", "c1"));
        Until(() => _stage.Alice.Received.Count == 1);
        Assert.StartsWith("Digest realm=\"example.com\"", Wire.Header(_stage.Alice.Got("401 MESSAGE"), "WWW-Authenticate"), StringComparison.Ordinal);
        _service = Start(admission: new FixedAdmission(new AdmissionVerdict { Account = new Account { Name = "mallory", Realm = "example.com" } }));
        _stage.Alice.Send(Text("hello", "c2"));
        Until(() => _stage.Alice.Received.Count == 2);
        _stage.Alice.Got("403 MESSAGE");
        _service = Start(admission: new FixedAdmission(new AdmissionVerdict { Account = new Account { Name = "alice", Realm = "example.com" } }));
        _stage.Alice.Send(Text("hello", "c3"));
        Until(() => _stage.Alice.Received.Count == 3);
        _stage.Alice.Got("202 MESSAGE");
    }

    [Fact]
    public void A_connection_that_is_gone_is_reported_and_the_other_flow_of_the_device_used()
    {
        _locations.Bind("bob", "sip:bob@192.168.0.3", b => b with { Instance = "urn:uuid:1", RegId = 1, Source = Parley.Net.NetEndpoint.V4(0x0A000003, 40000), Transport = SipTransport.Tcp });
        _locations.Bind("bob", "sip:bob@192.168.0.4", b => b with { Instance = "urn:uuid:1", RegId = 2, Source = Parley.Net.NetEndpoint.V4(0x0A000004, 5060), Transport = SipTransport.Udp });
        _stage.Alice.Send(Text("hello"));
        Until(() => _stage.Carol.Received.Count > 0);
        Assert.Equal("sip:bob@192.168.0.3", Assert.Single(_locations.Failed));
        Assert.Equal("sip:bob@192.168.0.4", Wire.RequestUri(_stage.Carol.Last));
    }

    IInviteSessionHandler? ISipEndpointHandler.OnInvite(IncomingInvite invite) => null;

    void ISipEndpointHandler.OnRequest(IncomingRequest request) => _service.Handle(request);

    private MessageService Start(MessageOptions? options = null, IAdmission? admission = null)
    {
        var service = new MessageService(_locations, _store, admission, options, _stage.Network.Time);
        _stage.Network.Run(async () => await service.StartAsync(_stage.Endpoint));
        return service;
    }

    private static string Text(string body, string callId = "c", string more = "", string type = "text/plain")
    {
        var lines = more.Length == 0 ? "" : "\r\n" + more;
        return $"MESSAGE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK{callId}\r\nMax-Forwards: 70\r\n"
            + $"From: <sip:alice@example.com>;tag=a1\r\nTo: <sip:bob@example.com>\r\nCall-ID: {callId}\r\nCSeq: 1 MESSAGE\r\n"
            + $"Content-Type: {type}{lines}\r\nContent-Length: {body.Length}\r\n\r\n{body}";
    }

    private IReadOnlyList<StoredMessage> Waiting()
    {
        var waiting = _store.ListAsync(Services.Locations.AddressOfRecord.Create("bob", "example.com"));
        return waiting.IsCompletedSuccessfully ? waiting.Result : throw new InvalidOperationException("The memory store answers at once.");
    }

    private void Until(Func<bool> condition, int seconds = 5) => _stage.Network.RunUntil(condition, TimeSpan.FromSeconds(seconds));

    private sealed class FixedAdmission(AdmissionVerdict verdict) : IAdmission
    {
        public ValueTask<AdmissionVerdict> CheckAsync(SipMessage request, SipFlow flow, AdmissionRole role, CancellationToken cancel = default) => new(verdict);
    }
}
