using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases.Phones;

/// <summary>
/// Three baresips with accounts at one `parley serve`: what people do with their phones, and after each step that they hear whom they should, by the tone each phone speaks.
/// </summary>
public abstract class PhonesCallEachOther(PhonesFixture fixture, string transport) : IClassFixture<PhonesFixture>
{
    private protected const int Alice = 600, Bob = 900, Carol = 1200;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
    private readonly ServeProcess _server = fixture.Server;

    [Fact]
    public async Task A_phone_registers_with_digest_and_is_called_by_its_name()
    {
        await using var alice = await PhoneAsync("alice", Alice);
        await using var bob = await PhoneAsync("bob", Bob);
        await alice.DialAsync(bob.Uri);
        await bob.WaitForAnswerAsync(Soon);
        await alice.AssertHearsAsync(Bob);
        await bob.AssertHearsAsync(Alice);
        await bob.HangUpAsync();
        await alice.WaitForEndAsync(Soon);
    }

    [Fact]
    public async Task A_call_is_held_and_resumed()
    {
        await using var alice = await PhoneAsync("alice", Alice);
        await using var bob = await PhoneAsync("bob", Bob);
        await alice.DialAsync(bob.Uri);
        await alice.AssertHearsAsync(Bob);
        await alice.HoldAsync();
        await alice.AssertHearsNothingAsync(TimeSpan.FromSeconds(1));
        await alice.ResumeAsync();
        await alice.AssertHearsAsync(Bob);
        await bob.AssertHearsAsync(Alice);

        // The other side, too.
        await bob.HoldAsync();
        await bob.AssertHearsNothingAsync(TimeSpan.FromSeconds(1));
        await bob.ResumeAsync();
        await bob.AssertHearsAsync(Alice);
        await alice.AssertHearsAsync(Bob);
        await alice.HangUpAsync();
        await bob.WaitForEndAsync(Soon);
    }

    [Fact]
    public async Task The_caller_transfers_the_called_one_to_a_third()
    {
        await using var alice = await PhoneAsync("alice", Alice);
        await using var bob = await PhoneAsync("bob", Bob);
        await using var carol = await PhoneAsync("carol", Carol);
        await alice.DialAsync(bob.Uri);
        await bob.AssertHearsAsync(Alice);
        await alice.TransferAsync(carol.Uri);
        await carol.WaitForAnswerAsync(Soon);
        await alice.WaitForEndAsync(Soon);
        await bob.AssertHearsAsync(Carol);
        await carol.AssertHearsAsync(Bob);
        await carol.HangUpAsync();
        await bob.WaitForEndAsync(Soon);
    }

    [Fact]
    public async Task The_called_one_transfers_the_caller_to_a_third()
    {
        await using var alice = await PhoneAsync("alice", Alice);
        await using var bob = await PhoneAsync("bob", Bob);
        await using var carol = await PhoneAsync("carol", Carol);
        await alice.DialAsync(bob.Uri);
        await alice.AssertHearsAsync(Bob);
        await bob.TransferAsync(carol.Uri);
        await carol.WaitForAnswerAsync(Soon);
        await bob.WaitForEndAsync(Soon);
        await alice.AssertHearsAsync(Carol);
        await carol.AssertHearsAsync(Alice);
        await alice.HangUpAsync();
        await carol.WaitForEndAsync(Soon);
    }

    [Fact]
    public async Task A_transfer_to_nobody_leaves_the_call_as_it_was()
    {
        await using var alice = await PhoneAsync("alice", Alice);
        await using var bob = await PhoneAsync("bob", Bob);
        await alice.DialAsync(bob.Uri);
        await bob.AssertHearsAsync(Alice);
        await alice.TransferAsync(_server.Uri("nobody", transport));
        await alice.WaitForAsync(e => e.Type == "TRANSFER_FAILED", Soon, "the refusal");
        await bob.AssertHearsAsync(Alice);
        await alice.AssertHearsAsync(Bob);
        await alice.HangUpAsync();
        await bob.WaitForEndAsync(Soon);
    }

    private protected Task<Baresip> PhoneAsync(string name, int tone)
        => Baresip.StartAsync(new() { Transport = transport, ToneHz = tone, Account = new(name, Server) });

    private string Server => transport == "tls" ? $"127.0.0.1:{_server.TlsPort}" : $"127.0.0.1:{_server.SipPort}";
}

public sealed class PhonesOverUdp(PhonesFixture fixture) : PhonesCallEachOther(fixture, "udp");

public sealed class PhonesOverTcp(PhonesFixture fixture) : PhonesCallEachOther(fixture, "tcp");

public sealed class PhonesOverTls(PhonesFixture fixture) : PhonesCallEachOther(fixture, "tls");
