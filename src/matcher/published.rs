//! Private keys that everybody has: test keys of standards and of widely copied projects.
//!
//! Takes the base64 of a key's body without line ends, says whether it is one of them, by the first 8 bytes of
//! its SHA-256. The hashes are those of the unencrypted keys in pyca/cryptography's test vectors (which gather
//! NIST's, the RFCs' and OpenSSL's), of Vagrant's insecure keys (`keys/` of hashicorp/vagrant), and of the tests
//! of paramiko.

use super::placeholder::known_hash;

/// Whether the key is published for everyone to use.
pub(super) fn is_published(base64: &[u8]) -> bool {
    is_listed(&KEYS, base64)
}

fn is_listed(keys: &[u64], base64: &[u8]) -> bool {
    keys.binary_search(&known_hash(base64)).is_ok()
}

/// In ascending order.
#[rustfmt::skip]
const KEYS: [u64; 97] = [
    0x00cd_3dab_d375_9b50, 0x017c_d95b_1b8d_74c3, 0x02c3_0849_ac27_63dd, 0x04fe_1896_d076_a0b5, 0x063a_2544_a1d4_8a3b,
    0x06c3_6485_054d_3a28, 0x094c_cdf9_0db5_9e7d, 0x0b55_7c68_41bd_0ee8, 0x0cc1_7a73_6bd4_041c, 0x0d8a_d65e_cd6f_f8c9,
    0x1432_7bce_395c_06ac, 0x177a_07e4_3866_3b43, 0x1b68_c76b_606a_33de, 0x1f48_5869_e351_386e, 0x2071_8622_0c30_6d33,
    0x2546_467d_4cfa_f2d3, 0x2567_a0b6_8cde_15b9, 0x264d_6dd9_2426_f381, 0x26db_70a7_8bda_6d1e, 0x2cf0_e5bc_421b_290f,
    0x2d1f_e887_467d_b278, 0x36b0_4616_4a69_6aa8, 0x382b_8939_3f9e_2718, 0x39ac_dc6d_b931_a36a, 0x3ad8_f14b_04b6_3498,
    0x438e_4301_1ac5_4062, 0x43b4_fd21_f850_df26, 0x4612_017b_225d_e2f1, 0x47b2_4fd9_df6b_d457, 0x4b59_de53_23cb_4e73,
    0x4b79_7efc_6f5b_0577, 0x4be8_ee7f_e0df_bc70, 0x4d3d_d825_719e_25ac, 0x4deb_63f7_cadd_90b3, 0x519b_6126_4a21_0f3b,
    0x5210_8dc1_afeb_4327, 0x592a_6f0f_de34_c98c, 0x6044_eafa_e966_1d03, 0x66a0_6fe6_6513_43af, 0x68c0_148b_0443_e82a,
    0x694a_f279_53f0_274c, 0x6ae1_596e_d55f_11e0, 0x6e9c_acc6_188b_548d, 0x6ef7_346c_3035_6221, 0x73bb_87f7_6922_28b9,
    0x7506_808b_fa5a_3dd9, 0x784c_358e_4a81_bad2, 0x7f4b_a629_5c1f_62ef, 0x7f67_a768_910f_291d, 0x86f6_924d_ccff_1cae,
    0x880f_4e77_cf5a_d954, 0x887a_970c_9524_df68, 0x8aa6_3867_4280_d364, 0x8fe9_d595_fc48_aff0, 0x9829_a26f_f2ae_b695,
    0x99b6_8313_fc9e_fa86, 0x99f0_a712_2471_843d, 0x9b9f_d017_358b_5237, 0x9be6_6e42_e28b_2fb5, 0x9d01_cfd7_e878_6cdf,
    0xa441_adb8_81b4_5e57, 0xa45e_fe1a_0e7b_128a, 0xa4e0_6845_ba2d_e8fd, 0xa846_908d_77ad_7788, 0xa871_78de_4658_1594,
    0xac8c_8c9d_5f12_d0ca, 0xad81_3e66_97cb_fe63, 0xae09_5f1e_6794_c1fb, 0xb21e_56d7_e4ff_b616, 0xb2a9_a507_a5bb_f4f3,
    0xb845_6d44_46be_077c, 0xb9d4_6dce_fdf5_a7cb, 0xbd4d_3fc0_f10b_d594, 0xbfea_3eaf_3caa_f0a9, 0xc36d_0793_88da_4638,
    0xc66a_5f1b_1fd1_3d05, 0xc8ab_8f4a_ad17_18a8, 0xca40_2763_5cfe_213c, 0xcada_3cc8_da69_0d17, 0xcbc3_3ff6_48f4_9f8f,
    0xcc2b_1650_e58d_5ceb, 0xd792_887b_2e8e_1d7a, 0xdbdf_5392_d420_d908, 0xdc6c_5d5c_fb18_a9b6, 0xdd0c_e784_e823_4bf5,
    0xde0d_6afa_923f_fa52, 0xe5ef_b8e9_bef5_0033, 0xe7df_231b_efcc_649b, 0xe9c9_14c2_6171_3f72, 0xea5a_33cc_bbb7_54e6,
    0xef49_0516_1149_3066, 0xf2ac_b350_cfdd_ff08, 0xf5af_8e48_5fd2_9ea2, 0xf6fc_18e0_86d7_807e, 0xf7f8_8d38_0e12_6d00,
    0xfb6c_660e_886b_8331, 0xfdff_c156_9d71_792e,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_and_a_key_is_found_by_its_hash() {
        assert!(KEYS.is_sorted_by(|a, b| a < b));
        let keys = [1, known_hash(b"a key"), u64::MAX];
        assert!(is_listed(&keys, b"a key") && !is_listed(&keys, b"another"));
    }
}
