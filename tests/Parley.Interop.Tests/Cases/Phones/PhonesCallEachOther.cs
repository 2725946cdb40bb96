using Parley.Interop.Tests.Harness;
using Parley.Testing.Audio;
using Parley.Testing.Expectations;

namespace Parley.Interop.Tests.Cases.Phones;

/// <summary>
/// Three baresips with accounts at one `parley serve`: what people do with their phones, and after each step that they hear whom they should, by the tone each phone speaks.
/// </summary>
public abstract class PhonesCallEachOther(PhonesFixture fixture, string transport) : IClassFixture<PhonesFixture>
{
    private protected const int Alice = 600, Bob = 900, Carol = 1200;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private readonly ServeProcess _server = fixture.Server;

    [Fact]
    public async Task A_phone_registers_with_digest_and_is_called_by_its_name()
    {
        await using var alice = await PhoneAsync("alice", Alice);
        await using var bob = await PhoneAsync("bob", Bob);
        await Talk.CallAsync(alice, bob);
        await Talk.EndAsync(bob, alice);
    }

    [Fact]
    public async Task The_caller_holds_and_resumes()
    {
        await using var alice = await PhoneAsync("alice", Alice);
        await using var bob = await PhoneAsync("bob", Bob);
        await Talk.CallAsync(alice, bob);
        await HoldsAndResumesAsync(alice, bob, Alice);
        await Talk.EndAsync(bob, alice);
    }

    [Fact]
    public async Task The_called_one_holds_and_resumes()
    {
        await using var alice = await PhoneAsync("alice", Alice);
        await using var bob = await PhoneAsync("bob", Bob);
        await Talk.CallAsync(alice, bob);
        await HoldsAndResumesAsync(bob, alice, Bob);
        await Talk.EndAsync(alice, bob);
    }

    [Fact]
    public async Task The_caller_transfers_the_called_one_to_a_third()
    {
        await using var alice = await PhoneAsync("alice", Alice);
        await using var bob = await PhoneAsync("bob", Bob);
        await using var carol = await PhoneAsync("carol", Carol);
        await Talk.CallAsync(alice, bob);
        await Talk.TransferAsync(alice, bob, carol);
        await Talk.EndAsync(carol, bob);
    }

    [Fact]
    public async Task The_called_one_transfers_the_caller_to_a_third()
    {
        await using var alice = await PhoneAsync("alice", Alice);
        await using var bob = await PhoneAsync("bob", Bob);
        await using var carol = await PhoneAsync("carol", Carol);
        await Talk.CallAsync(alice, bob);
        await Talk.TransferAsync(bob, alice, carol);
        await Talk.EndAsync(alice, carol);
    }

    [Fact]
    public async Task An_attended_transfer_joins_the_two_a_phone_has_talked_to()
    {
        await using var bob = await PhoneAsync("bob", Bob);
        await using var carol = await PhoneAsync("carol", Carol);
        // baresip 1.0.0 offers no attended transfers: an agent asks for this one.
        await using var session = ServedAgents.Session();
        var alice = await session.AddAsync(_server, "alice", transport);
        await alice.SendAudioAsync(AudioSpec.Tone(Alice));
        var first = await alice.DialAsync("bob");
        await bob.AssertHearsAsync(Alice);
        await alice.AttendedTransferAsync("carol");
        await carol.AssertHearsAsync(Alice);
        await alice.VerifyAudioAsync(Carol, TimeSpan.FromSeconds(2));
        await alice.CompleteTransferAsync();
        await Wait.UntilAsync(() => Expect.That(first.LastTransfer?.Status).IsEqualTo(200), Soon);

        await Talk.HearEachOtherAsync(bob, carol);
        await Talk.EndAsync(carol, bob);
    }

    [Fact]
    public async Task A_message_reaches_the_phone_it_is_for_and_waits_for_one_that_is_not_there()
    {
        // baresip 1.0.0 sends no MESSAGE over TLS, but takes one.
        await using var alice = await PhoneAsync("alice", Alice, "bob", over: transport == "tls" ? "tcp" : transport);
        await using (var bob = await PhoneAsync("bob", Bob))
        {
            await alice.MessageAsync("first-word");
            await bob.WaitForScreenAsync("first-word", Soon);
        }

        await alice.MessageAsync("second-word");
        await using var again = await PhoneAsync("bob", Bob);
        await again.WaitForScreenAsync("second-word", Soon);
    }

    [Fact]
    public async Task A_phone_sees_the_presence_another_one_publishes()
    {
        await using var bob = await PhoneAsync("bob", Bob, publish: true);
        await using var alice = await PhoneAsync("alice", Alice, "bob");
        await alice.WaitForPresenceAsync("Online", Soon);
    }

    private static async Task HoldsAndResumesAsync(Baresip holder, Baresip held, int tone)
    {
        await held.AssertHearsAsync(tone);
        await holder.HoldAsync();
        await holder.AssertReceivesAsync(false);
        await held.AssertHearsNothingAsync(TimeSpan.FromSeconds(1));
        await holder.ResumeAsync();
        await held.AssertHearsAsync(tone);
        await holder.AssertReceivesAsync(true);
    }

    private protected Task<Baresip> PhoneAsync(string name, int tone, string? contact = null, bool publish = false, string? over = null)
    {
        over ??= transport;
        var server = over == "tls" ? $"127.0.0.1:{_server.TlsPort}" : $"127.0.0.1:{_server.SipPort}";
        return Baresip.StartAsync(new()
        {
            Transport = over, ToneHz = tone,
            Account = new(name, server) { Contacts = contact is null ? [] : [$"sip:{contact}@{server};transport={over}"], PublishInterval = publish ? 60 : 0 },
        });
    }
}

public sealed class PhonesOverUdp(PhonesFixture fixture) : PhonesCallEachOther(fixture, "udp");

public sealed class PhonesOverTcp(PhonesFixture fixture) : PhonesCallEachOther(fixture, "tcp");

public sealed class PhonesOverTls(PhonesFixture fixture) : PhonesCallEachOther(fixture, "tls");
